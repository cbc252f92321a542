package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

// profiled runs a verb under the CPU profiler where a file is named for it.
func profiled(path string, verb func() error) error {
	if path == "" {
		return verb()
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing the profile: %w", err)
	}
	defer func() { _ = f.Close() }() // a profile that is cut short shows itself
	if err := pprof.StartCPUProfile(f); err != nil {
		return fmt.Errorf("writing the profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return verb()
}
