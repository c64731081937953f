package actors

import "github.com/rowrelay/rowrelay/record"

// flight is the records in flight: handed on and not yet marked. It is the one measure of demand,
// so demand cannot leak.
type flight struct {
	held  map[int64]weight // by seq
	bytes int
}

type weight struct {
	claimNo int
	bytes   int
}

func newFlight() flight { return flight{held: map[int64]weight{}} }

// add enters a record, or corrects the weight of one that was entered before its row was read.
func (f *flight) add(r *record.Record) {
	f.bytes += r.Bytes - f.held[r.Seq].bytes
	f.held[r.Seq] = weight{r.ClaimNo, r.Bytes}
}

// drop removes a record whose mark is committed; a mark of an older claim removes nothing.
func (f *flight) drop(seq int64, claimNo int) {
	if w, ok := f.held[seq]; ok && w.claimNo == claimNo {
		f.bytes -= w.bytes
		delete(f.held, seq)
	}
}

func (f *flight) seqs() []int64 {
	all := make([]int64, 0, len(f.held))
	for seq := range f.held {
		all = append(all, seq)
	}
	return all
}
