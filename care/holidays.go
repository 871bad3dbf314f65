package care

import (
	"sync"
	"time"
)

// FederalHolidays lists the US federal holidays of a year in the order of the
// calendar, each on the day on which it is observed: a holiday on a Saturday
// is observed on the Friday before, one on a Sunday on the Monday after. New
// Year's Day on a Saturday is therefore observed in the year before and listed
// there. Inauguration Day is left out: it is kept in the District of Columbia
// and around it only.
//
// Days closed once by executive order are no statutory holidays; an
// organization that keeps them adds them to Calendar.Extra.
//
// Source: 5 U.S.C. 6103(a) and (b). The dates before 1971 are those in force
// before the Uniform Monday Holiday Act (Pub. L. 90-363).
func FederalHolidays(year int) []Holiday {
	var observed []Holiday
	for _, h := range statutoryHolidays(year) {
		if o := observe(h); o.Date.Year == year {
			observed = append(observed, o)
		}
	}
	if next := observe(newYearsDay(year + 1)); next.Date.Year == year {
		observed = append(observed, next)
	}
	return observed
}

// federalByYear keeps what FederalHolidays gives, which every deadline asks for several times.
var federalByYear sync.Map

func federalHolidayOn(d Date) (name string, ok bool) {
	kept, known := federalByYear.Load(d.Year)
	if !known {
		kept, _ = federalByYear.LoadOrStore(d.Year, FederalHolidays(d.Year))
	}
	holidays, _ := kept.([]Holiday)
	for _, h := range holidays {
		if h.Date == d {
			return h.Name, true
		}
	}
	return "", false
}

// statutoryHolidays lists the holidays on the dates that the law names.
func statutoryHolidays(year int) []Holiday {
	var days []Holiday
	add := func(name string, d Date) { days = append(days, Holiday{Date: d, Name: name}) }

	days = append(days, newYearsDay(year))
	if year >= 1986 {
		add("Birthday of Martin Luther King, Jr.", nthWeekday(year, time.January, time.Monday, 3))
	}
	add("Washington's Birthday", washingtonsBirthday(year))
	add("Memorial Day", memorialDay(year))
	if year >= 2021 {
		add("Juneteenth National Independence Day", Date{year, time.June, 19})
	}
	add("Independence Day", Date{year, time.July, 4})
	add("Labor Day", nthWeekday(year, time.September, time.Monday, 1))
	if year >= 1971 {
		add("Columbus Day", nthWeekday(year, time.October, time.Monday, 2))
	}
	add("Veterans Day", veteransDay(year))
	add("Thanksgiving Day", nthWeekday(year, time.November, time.Thursday, 4))
	add("Christmas Day", Date{year, time.December, 25})
	return days
}

func newYearsDay(year int) Holiday {
	return Holiday{Date: Date{year, time.January, 1}, Name: "New Year's Day"}
}

func washingtonsBirthday(year int) Date {
	if year < 1971 {
		return Date{year, time.February, 22}
	}
	return nthWeekday(year, time.February, time.Monday, 3)
}

func memorialDay(year int) Date {
	if year < 1971 {
		return Date{year, time.May, 30}
	}
	return lastWeekday(year, time.May, time.Monday)
}

// veteransDay was kept in October from 1971 to 1977, until Pub. L. 94-97 moved
// it back.
func veteransDay(year int) Date {
	if year >= 1971 && year <= 1977 {
		return nthWeekday(year, time.October, time.Monday, 4)
	}
	return Date{year, time.November, 11}
}

func observe(h Holiday) Holiday {
	switch h.Date.Weekday() {
	case time.Saturday:
		return Holiday{Date: h.Date.AddDays(-1), Name: h.Name + ", observed"}
	case time.Sunday:
		return Holiday{Date: h.Date.AddDays(1), Name: h.Name + ", observed"}
	default:
		return h
	}
}

// nthWeekday gives the nth day of that name in the month, counted from one.
func nthWeekday(year int, month time.Month, day time.Weekday, n int) Date {
	first := Date{year, month, 1}
	ahead := (int(day) - int(first.Weekday()) + 7) % 7
	return first.AddDays(ahead + 7*(n-1))
}

func lastWeekday(year int, month time.Month, day time.Weekday) Date {
	last := Date{year, month + 1, 1}.AddDays(-1)
	back := (int(last.Weekday()) - int(day) + 7) % 7
	return last.AddDays(-back)
}
