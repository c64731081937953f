package expression

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// examples are what a literal is compared to.
var examples = map[record.Kind]string{
	record.Date:     `"2026-01-31"`,
	record.DateTime: `"2026-01-31T00:00:00Z"`,
	record.Time:     `"12:30:00"`,
}

// compareMoments compares two of a kind by their texts, which is exact and makes no garbage.
func compareMoments(kind record.Kind, a, b string) relation {
	if kind == record.Time {
		return compareTimes(a, b)
	}
	yearA, restA, okA := cutYear(a)
	yearB, restB, okB := cutYear(b)
	switch {
	case !okA || !okB:
		return unrelated
	case yearA < yearB:
		return less
	case yearA > yearB:
		return greater
	}
	return relationOf(strings.Compare(bare(restA), bare(restB)))
}

// cutYear takes the year off. Years have at least four digits, more after 9999, and a sign before our era.
func cutYear(text string) (year int, rest string, ok bool) {
	switch text {
	case "infinity":
		return math.MaxInt, "", true
	case "-infinity":
		return math.MinInt, "", true
	}
	unsigned := strings.TrimPrefix(text, "-")
	digits, _, _ := strings.Cut(unsigned, "-")
	year, err := strconv.Atoi(digits)
	if len(unsigned) != len(text) {
		year = -year
	}
	return year, unsigned[len(digits):], err == nil
}

// bare takes off what does not count: the Z that all have, and zeros at a fraction's end.
func bare(text string) string {
	text = strings.TrimSuffix(text, "Z")
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// compareTimes compares times of day. Of two with a zone the earlier moment is less; one with and one without
// cannot be compared.
func compareTimes(a, b string) relation {
	x, okA := readClock(a)
	y, okB := readClock(b)
	if !okA || !okB || x.zoned != y.zoned {
		return unrelated
	}
	if x.zoned {
		x.seconds, y.seconds = x.seconds-x.offset, y.seconds-y.offset
	}
	if x.seconds != y.seconds {
		return relationOf(x.seconds - y.seconds)
	}
	return relationOf(strings.Compare(x.fraction, y.fraction))
}

// clock is a time of day.
type clock struct {
	seconds  int    // since midnight
	fraction string // digits after the point, without zeros at the end
	zoned    bool
	offset   int // seconds east of UTC
}

var clockForm = regexp.MustCompile(`^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|([+-])(\d\d):(\d\d)(?::(\d\d))?)?$`)

func readClock(text string) (clock, bool) {
	m := clockForm.FindStringSubmatch(text)
	if m == nil {
		return clock{}, false
	}
	c := clock{seconds: seconds(m[1], m[2], m[3]), fraction: strings.TrimRight(m[4], "0"), zoned: m[5] != "", offset: seconds(m[7], m[8], m[9])}
	if m[6] == "-" {
		c.offset = -c.offset
	}
	inDay := m[2] < "60" && m[3] < "60" && (c.seconds < day || c.seconds == day && c.fraction == "")
	return c, inDay && c.offset > -day && c.offset < day
}

const day = 24 * 60 * 60

func seconds(hours, minutes, secs string) int {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	s, _ := strconv.Atoi(secs)
	return h*3600 + m*60 + s
}

// readInstant reads a Date or DateTime that is not infinite. The fraction counts to the nanosecond.
func readInstant(text string) (time.Time, bool) {
	date, rest, dated := strings.Cut(text, "T")
	year, monthDay, ok := cutYear(date)
	if !ok || year == 0 || year > maxYear || year < -maxYear || len(monthDay) != len("-01-31") || monthDay[3] != '-' {
		return time.Time{}, false
	}
	if year < 0 {
		year++ // XSD 1.0 has no year 0
	}
	month, errM := strconv.Atoi(monthDay[1:3])
	dayOfMonth, errD := strconv.Atoi(monthDay[4:])
	t := time.Date(year, time.Month(month), dayOfMonth, 0, 0, 0, 0, time.UTC)
	if errM != nil || errD != nil || int(t.Month()) != month || t.Day() != dayOfMonth {
		return time.Time{}, false
	}
	if !dated {
		return t, true
	}
	c, ok := readClock(rest)
	return t.Add(time.Duration(c.seconds-c.offset)*time.Second + c.nanoseconds()), ok && c.zoned
}

const maxYear = 10_000_000 // above what PostgreSQL has

func (c clock) nanoseconds() time.Duration {
	n, _ := strconv.Atoi((c.fraction + "000000000")[:9])
	return time.Duration(n)
}

// moment reads a literal as a kind's lexical form. A dateTime may have any zone and becomes UTC.
func moment(text string, kind record.Kind) (record.Value, bool) {
	v := record.Value{Kind: kind, Text: text}
	if kind == record.Time {
		_, ok := readClock(text)
		return v, ok
	}
	if text == "infinity" || text == "-infinity" {
		return v, true
	}
	if strings.Contains(text, "T") != (kind == record.DateTime) {
		return v, false
	}
	t, ok := readInstant(text)
	if ok && kind == record.DateTime {
		v.Text = writeInstant(t, text)
	}
	return v, ok
}

func writeInstant(t time.Time, text string) string {
	year, sign := t.Year(), ""
	if year <= 0 {
		year, sign = 1-year, "-"
	}
	_, rest, _ := strings.Cut(text, "T")
	c, _ := readClock(rest)
	fraction := ""
	if c.fraction != "" {
		fraction = "." + c.fraction
	}
	return sign + pad(year, 4) + t.Format("-01-02T15:04:05") + fraction + "Z"
}

// pad writes a number that is not negative with at least so many digits.
func pad(n, width int) string {
	digits := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(digits))) + digits
}
