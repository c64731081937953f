package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAValueThatIsHardlyMeantIsDoubted(t *testing.T) {
	const typographic, variable = "begins and ends with typographic quotes", "looks like a variable without braces"
	for value, want := range map[string]string{
		"queue: „LAGER.WE“": "queue " + typographic, "queue: “LAGER.WE”": typographic, "queue: «LAGER.WE»": typographic, "queue: ‚LAGER.WE‘": typographic, "queue: ’LAGER.WE’": typographic,
		`queue: "„LAGER.WE“"`: "", "queue: LAGER“WE": "", "queue: „": "",
		"password: $ROWRELAY_BROKER_PASSWORD": "password " + variable, `password: "$MQ_PASSWORD"`: variable, "password: $(MQ_PASSWORD)": variable,
		"password: $ecret": "", "password: a$B": "", `password: "${MQ}"`: "", "queue: $QUEUE": "",
	} {
		file := strings.Replace(golden(t, "minimal.yaml"), "queue: ERP.ORDERS", value, 1)
		if strings.HasPrefix(value, "password") {
			file = strings.Replace(golden(t, "minimal.yaml"), `password: "${file:/run/secrets/mq}"`, value, 1)
		}
		require.NotEqual(t, golden(t, "minimal.yaml"), file)
		for _, mode := range []Mode{Run, Offline} {
			_, complaints := Parse("rowrelay.yaml", []byte(file), environment(map[string]string{"MQ": "x"}, map[string]string{"/run/secrets/erp": "x", "/run/secrets/mq": "x"}), mode)
			out := printed(t, complaints)
			require.Contains(t, out, want, value)
			require.Equal(t, want != "", strings.Contains(out, typographic) || strings.Contains(out, variable), out)
			require.NotContains(t, out, "BROKER_PASSWORD")
		}
	}
}
