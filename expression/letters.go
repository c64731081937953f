package expression

import "time"

// letters gives the piece for a letter that stands n times, or nil.
func letters(ch byte, n int) (func(time.Time) string, need) {
	switch ch {
	case 'y', 'u':
		return year(ch, n), ofDate
	case 'M':
		return month(n), ofDate
	case 'd':
		return digitsOf(n, 2, time.Time.Day), ofDate
	case 'D':
		if n == 2 {
			return nil, 0
		}
		return digitsOf(n, 3, time.Time.YearDay), ofDate
	case 'E':
		return weekday(n), ofDate
	case 'X', 'x', 'Z':
		return offset(ch, n), ofZone
	case 'z', 'V':
		return zoneName(ch, n), ofZone | ofName
	}
	return clockLetters(ch, n), ofClock
}

func clockLetters(ch byte, n int) func(time.Time) string {
	switch ch {
	case 'H':
		return digitsOf(n, 2, time.Time.Hour)
	case 'h':
		return digitsOf(n, 2, func(t time.Time) int { return (t.Hour()+11)%12 + 1 })
	case 'm':
		return digitsOf(n, 2, time.Time.Minute)
	case 's':
		return digitsOf(n, 2, time.Time.Second)
	case 'S':
		return fraction(n)
	case 'a':
		return named(n, 1, "PM")
	}
	return nil
}

func digitsOf(n, most int, of func(time.Time) int) func(time.Time) string {
	if n > most {
		return nil
	}
	return func(t time.Time) string { return pad(of(t), n) }
}

// named is a layout of Go's that is asked for by exactly n letters.
func named(n, want int, layout string) func(time.Time) string {
	if n != want {
		return nil
	}
	return func(t time.Time) string { return t.Format(layout) }
}

func fraction(n int) func(time.Time) string {
	if n > 9 {
		return nil
	}
	return func(t time.Time) string { return pad(t.Nanosecond(), 9)[:n] }
}

// year is y, yy, yyyy or uuuu. As in Java, yyyy counts years of the era, and uuuu has a year 0 and a sign; both get
// a plus above 9999.
func year(ch byte, n int) func(time.Time) string {
	if n != 4 && (ch == 'u' || n > 2) {
		return nil
	}
	return func(t time.Time) string {
		y, sign := t.Year(), ""
		switch {
		case y < 0 && ch == 'u':
			y, sign = -y, "-"
		case y <= 0 && ch == 'y':
			y = 1 - y
		}
		if y > 9999 && n == 4 && sign == "" {
			sign = "+"
		}
		if n == 2 {
			return pad(y%100, 2)
		}
		return sign + pad(y, n)
	}
}

func month(n int) func(time.Time) string {
	switch n {
	case 3:
		return named(n, 3, "Jan")
	case 4:
		return named(n, 4, "January")
	}
	return digitsOf(n, 2, func(t time.Time) int { return int(t.Month()) })
}

func weekday(n int) func(time.Time) string {
	if n == 4 {
		return named(n, 4, "Monday")
	}
	if n > 3 {
		return nil
	}
	return named(n, n, "Mon")
}

// offset is X with Z for UTC, x without it, and Z for +0100.
func offset(ch byte, n int) func(time.Time) string {
	if n > 3 {
		return nil
	}
	if ch == 'Z' {
		return func(t time.Time) string { return writeOffset(t, 2) }
	}
	return func(t time.Time) string {
		if _, east := t.Zone(); east == 0 && ch == 'X' {
			return "Z"
		}
		return writeOffset(t, n)
	}
}

// writeOffset writes +01 (and minutes where there are some), +0100 or +01:00.
func writeOffset(t time.Time, form int) string {
	_, east := t.Zone()
	sign := "+"
	if east < 0 {
		east, sign = -east, "-"
	}
	hours, minutes := pad(east/3600, 2), pad(east/60%60, 2)
	switch {
	case form == 1 && minutes == "00":
		return sign + hours
	case form == 3:
		return sign + hours + ":" + minutes
	}
	return sign + hours + minutes
}

// zoneName is z for CET and VV for Europe/Berlin.
func zoneName(ch byte, n int) func(time.Time) string {
	switch {
	case ch == 'V' && n == 2:
		return func(t time.Time) string { return t.Location().String() }
	case ch == 'z' && n <= 3:
		return func(t time.Time) string { return t.Format("MST") }
	}
	return nil
}
