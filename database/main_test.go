package database_test

import (
	"testing"

	"github.com/rowrelay/rowrelay/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }
