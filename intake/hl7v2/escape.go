package hl7v2

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// Quote writes text so that it can stand in a field: delimiters become escape sequences, line
// breaks \.br\. Control characters, which no field may hold, become spaces.
func (d Delimiters) Quote(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch letter := d.escapeLetter(r); {
		case letter != 0 && d.Escape != 0:
			b.WriteRune(d.Escape)
			b.WriteByte(letter)
			b.WriteRune(d.Escape)
		case letter != 0:
			b.WriteByte(' ')
		case r == '\n' && d.Escape != 0:
			b.WriteRune(d.Escape)
			b.WriteString(".br")
			b.WriteRune(d.Escape)
		case r < ' ':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (d Delimiters) escapeLetter(r rune) byte {
	switch r {
	case 0:
		return 0
	case d.Field:
		return 'F'
	case d.Component:
		return 'S'
	case d.Subcomponent:
		return 'T'
	case d.Repetition:
		return 'R'
	case d.Escape:
		return 'E'
	}
	return 0
}

// unescape reads the escape sequences of a text. Highlighting and indentation vanish, line
// commands become line breaks, hexadecimal data is decoded in the message's character set.
// What can't be shown as text (\Cxxyy\, \Mxxyyzz\ and the sender's own \Z…\) and what is no
// sequence at all stays as written.
func (d Delimiters) unescape(text string, cs charset) string {
	if d.Escape == 0 || !strings.ContainsRune(text, d.Escape) {
		return text
	}
	esc := string(d.Escape)
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, esc)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		sequence, after, closed := strings.Cut(rest, esc)
		plain, known := d.sequence(sequence, cs)
		if !closed || !known {
			b.WriteString(esc)
			text = rest
			continue
		}
		b.WriteString(plain)
		text = after
	}
}

// sequence gives the text that the inside of an escape sequence stands for.
func (d Delimiters) sequence(s string, cs charset) (string, bool) {
	switch s {
	case "F":
		return string(d.Field), true
	case "S":
		return runeText(d.Component), true
	case "T":
		return runeText(d.Subcomponent), true
	case "R":
		return runeText(d.Repetition), true
	case "E":
		return string(d.Escape), true
	case "P":
		return runeText(d.Truncation), d.Truncation != 0
	case "H", "N":
		return "", true
	}
	if strings.HasPrefix(s, "X") {
		raw, err := hex.DecodeString(s[1:])
		if err != nil || len(raw) == 0 {
			return "", false
		}
		return cs.decode(raw), true
	}
	if strings.HasPrefix(s, ".") {
		return formatting(s[1:])
	}
	return "", false
}

func runeText(r rune) string {
	if r == 0 {
		return ""
	}
	return string(r)
}

// maxSkip bounds what one formatting command may add, whatever number it asks for.
const maxSkip = 64

// formatting gives the plain text of a formatting command (HL7 2.x, chapter 2, FT data type).
func formatting(command string) (string, bool) {
	if len(command) < 2 {
		return "", false
	}
	name, argument := command[:2], strings.TrimSpace(command[2:])
	switch name {
	case "br", "ce":
		return "\n", argument == ""
	case "sp":
		return strings.Repeat("\n", times(argument)), true
	case "sk":
		return strings.Repeat(" ", times(argument)), true
	case "in", "ti", "fi", "nf":
		return "", true
	}
	return "", false
}

func times(argument string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(argument, "+"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxSkip)
}
