// Package duckdb holds what is tried with DuckDB, in a module of its own, so
// that neither it nor cgo is ever part of grantrail: that exports can be read
// and say what the log files say, and that the queries of the README run.
package duckdb
