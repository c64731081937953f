package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

const hidden = "hunter2"

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	type private struct{ s Secret }
	s := NewSecret(hidden)
	f := parsed(t, strings.Replace(compared, "password: one", "password: "+hidden, 1))
	var out strings.Builder
	for _, v := range []any{s, &s, private{s}, &private{s}, []Secret{s}, map[string]Secret{"a": s}, f, *f, f.Connections, f.Connections["mq"]} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", v)
		text, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(text)
	}
	text, err := yaml.Dump(f)
	require.NoError(t, err)
	out.Write(text)
	require.Contains(t, out.String(), masked)
	requireHidden(t, out.String())
	require.Equal(t, hidden, f.Connections["mq"].Password.Reveal())
}

func requireHidden(t testing.TB, text string) {
	t.Helper()
	require.False(t, strings.Contains(text, hidden))
	require.NotContains(t, text, fmt.Sprintf("%x", hidden))
	require.NotContains(t, text, fmt.Sprintf("%X", hidden))
}

// TestNoComplaintShowsASecret breaks a file with a secret in every place that one can stand in, at
// every line, so that each line is the one that a snippet shows.
func TestNoComplaintShowsASecret(t *testing.T) {
	for _, place := range []string{
		`password: hunter2`, `password: "hunter2"`, `password: 'it''s hunter2'`, `"password": hunter2`, `password : hunter2`, `pasword: hunter2`, `passwrod: hunter2`,
		`{ url: "stomp://mq:61613", password: hunter2, usr: x }`, `{ password: "a\" hunter2", usr: x }`,
		"password:hunter2", `password:"hunter2"`, "password hunter2", "password = hunter2", "password=hunter2", `{ password:hunter2, usr: x }`,
		`{ "password":"hunter2", usr: x }`, `{ url: "stomp://mq:61613", password hunter2 }`, "pasword:hunter2",
		"password :hunter2", "password:: hunter2", "password::hunter2", "password := hunter2", "password:=hunter2", "password==hunter2", "password\u00a0: hunter2", "password?: hunter2",
		"password; hunter2", "password： hunter2", "pass: hunter2", "pass:hunter2",
		"password: |\n      hunter2\n      more hunter2", "password:\n      hunter2", "password: \"first\n      hunter2\"", "password: first\n      hunter2",
		"password: *hunter2", "password: !hunter2 x", "password: [hunter2]", "password: { hunter2: hunter2 }", "password: @hunter2",
		`password: "${NONE:-hunter2}"`, `password: ${NONE:?x} hunter2`, "password: ${WRONG_PLACE}",
		`url: "postgres://relay:hunter2@erp-db/erp"`, `url: postgres://relay:hun@ter2hunter2@erp-db/erp`, `url: "postgres://erp-db/erp?password=hunter2"`,
		`urls: ["stomp://a:hunter2@mq:1", "stomp://b:hunter2@mq:2"]`,
		`headers: { Authorization: hunter2 }`, "headers:\n      Authorization: Bearer hunter2\n      Other: hunter2",
		`heartbeat: ${WRONG_PLACE}`, "pool: { max_open: ${WRONG_PLACE} }", `url: ${WRONG_PLACE}`, `timezone: ${WRONG_PLACE}`, `broker: ${WRONG_PLACE}`,
		"description: &pw hunter2\n    password: *pw",
	} {
		text := "connections:\n  mq:\n    " + place + "\n    url: \"stomp://mq:61613\"\nfeeds: {}\n"
		if strings.HasPrefix(place, "{") {
			text = "connections:\n  mq: " + place + "\nfeeds: {}\n"
		}
		lines := strings.Split(text, "\n")
		for i := range lines {
			requireNothingShown(t, text)
			for _, breakage := range []string{": :", "\t", "}", " @", " nonsense: x", " \"", "strange:"} {
				broken := append(append(append([]string{}, lines[:i]...), lines[i]+breakage), lines[i+1:]...)
				requireNothingShown(t, strings.Join(broken, "\n"))
				inserted := append(append(append([]string{}, lines[:i]...), breakage), lines[i:]...)
				requireNothingShown(t, strings.Join(inserted, "\n"))
			}
		}
	}
}

func requireNothingShown(t testing.TB, text string) {
	t.Helper()
	env := environment(map[string]string{"WRONG_PLACE": hidden}, nil)
	for _, mode := range []Mode{Run, Offline} {
		_, complaints := Parse("rowrelay.yaml", []byte(text), env, mode)
		var out strings.Builder
		require.NoError(t, complaints.Print(&out, Symbols))
		require.NotContains(t, out.String()+complaints.Error(), hidden, text)
	}
}
