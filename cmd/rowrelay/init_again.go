package main

// command is the init that goes on with another account, and with all that was typed so far but passwords.
func (s *setup) command(user string) string {
	return typed(append([]string{"init", "--url", s.a.url, "--user", user}, given(
		"--table", s.a.table, "--sequence", s.Sequence, "--start", s.Start, "--queue", s.Queue, "--feed", s.Feed,
		"--broker", s.Broker, "--broker-user", s.BrokerUser, "--dir", s.Dir)...))
}

// grantsCommand prints the SQL for an account that may read the table, as somebody who may grant.
func (s *setup) grantsCommand(user string) string {
	args := []string{"init", "--grants", "--url", s.a.url, "--user", user, "--table", s.a.table}
	if user == s.a.user {
		args = append(args, given("--password-env", s.PasswordEnv)...)
	}
	return typed(args)
}

// given leaves out flags without a value.
func given(pairs ...string) (args []string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			args = append(args, pairs[i], pairs[i+1])
		}
	}
	return args
}
