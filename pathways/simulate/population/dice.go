package population

import "math"

// dice gives numbers that look random and are a function of the seed, the patient and the occasion
// alone. There is no stream that one draw more would shift: a patient who is called a third time
// still turns out to miss the same visit. Two runs that differ in one rule therefore differ in what
// the rule does, not in luck (common random numbers).
type dice uint64

// diceOf gives a patient's dice.
func diceOf(seed uint64, patient int) dice {
	return dice(mix(mix(seed) ^ uint64(patient)*golden))
}

// roll gives a number from 0 up to, but not including, 1 for the occasion: what is asked, of which
// step, and for the how-manieth time.
func (d dice) roll(what, of string, n int) float64 {
	h := uint64(d)
	h = mix(h ^ hash(what))
	h = mix(h ^ hash(of))
	h = mix(h ^ uint64(n)*golden)
	const bits = 53 // of a float64's fraction
	return float64(h>>(64-bits)) / (1 << bits)
}

// golden is 2^64 divided by the golden ratio: multiples of it lie far apart (Knuth, TAOCP 3, 6.4).
const golden = 0x9e3779b97f4a7c15

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): each bit of the input
// changes each bit of the output with an even chance.
func mix(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// hash is FNV-1a with 64 bits (draft-eastlake-fnv).
func hash(text string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 0x100000001b3
	}
	return h
}

// poisson gives how many there are where on average there are mean, for the roll.
func poisson(mean, roll float64) int {
	const many = 700 // where exp(-mean) leaves what a float64 can hold
	if mean > many {
		return int(math.Round(mean))
	}
	chance := math.Exp(-mean)
	n, sum := 0, chance
	for roll > sum && n < 10*many {
		n++
		chance *= mean / float64(n)
		sum += chance
	}
	return n
}
