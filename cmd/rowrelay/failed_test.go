package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

func groups() []store.FailedGroup {
	return []store.FailedGroup{
		{Feed: "orders", Code: record.XMLInvalidChar, Rows: 1204, First: before(26 * time.Hour), Last: before(16 * time.Second), Example: "column note: U+0001 at character 17"},
		{Feed: "invoices", Code: record.SourceRowGone, Rows: 1, First: before(4 * time.Minute), Last: before(4 * time.Minute), Example: "no row 4690 in sales.invoices"},
	}
}

func failedRow() store.Row {
	done := before(16 * time.Second)
	return store.Row{Feed: "orders", Seq: 4690, Status: record.Failed, ErrorCode: new(string(record.XMLInvalidChar)),
		ErrorText: new("column note: U+0001 at character 17"), Attempts: 1, Metadata: `{"table":"sales.orders","sequence":"order_seq"}`,
		MessageID: "acme-prod.orders.4690", BusinessKey: new("A-4690"), Owner: new("qkzvbwra"), OwnerName: new("relay-1"), ClaimNo: 3, ReadAt: before(5 * time.Minute), FinishedAt: &done}
}

func TestFailedGroupsSayWhatToDo(t *testing.T) {
	v, b := paper()
	found := failedRows{Items: groups()}
	found.print(v, now, false)
	golden(t, "failed_groups", b.String())
}

func TestFailedListsRowsAndHowManyItHides(t *testing.T) {
	v, b := paper()
	found := failedRows{Items: groups()[:1], Rows: []store.Row{failedRow()}}
	found.print(v, now, false)
	golden(t, "failed_rows", b.String())
}

func TestFailedShowTellsARowsLife(t *testing.T) {
	v, b := paper()
	printRow(v, now, failedRow())
	golden(t, "failed_show", b.String())
}

func TestOnlyARowThatIsNotFinishedHasAnOwner(t *testing.T) {
	for status, label := range map[record.Status]string{record.New: "owner", record.Completed: "finished by", record.Failed: "last tried by"} {
		v, b := paper()
		row := failedRow()
		row.Status = status
		printRow(v, now, row)
		require.Regexp(t, `(?m)^  `+label+` +relay-1 \(instance qkzvbwra\)$`, b.String())
	}
	v, b := paper()
	row := failedRow()
	row.OwnerName = nil
	printRow(v, now, row)
	require.Regexp(t, `(?m)^  last tried by +qkzvbwra$`, b.String(), "forgotten after 7 days")
}

func TestEveryRowCodeHasARemedy(t *testing.T) {
	for _, code := range []record.Code{record.XMLInvalidChar, record.XMLType, record.XMLTooLarge, record.SendRejected, record.SourceRowGone, record.Internal} {
		require.Contains(t, rowRemedies, code)
	}
}

func TestEveryConnectionCodeHasARemedyThatNamesTheConnection(t *testing.T) {
	for _, code := range []record.Code{record.ConnDNS, record.ConnRefused, record.ConnTimeout, record.ConnTLS, record.ConnAuth, record.ConnLost, record.ConnBlocked, record.SourceStatement} {
		require.Contains(t, outageRemedy(&record.Outage{Code: code, Connection: "erp"}), "connections.erp", code)
	}
}

func TestAPortWithoutTLSIsNoMatterOfCertificates(t *testing.T) {
	o := &record.Outage{Code: record.ConnTLS, Connection: "mq", Err: errors.New("does this port speak plain STOMP? that is written stomp://")}
	require.Contains(t, outageRemedy(o), "is the port in connections.mq right? stomp:// is for a port without TLS")
	require.NotContains(t, outageRemedy(o), "certificate")
}
