package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// running runs a verb as it was asked to: on so many processors, and under the
// profiler.
func (t *typed) running(verb func() error) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors(t.jobs)))
	return profiled(t.cpuProfile, verb)
}

// processors is how many a run uses that reads so many objects at a time, never more
// than it has. Another would only wake and sleep, for the little that is done beside
// the reading: a twentieth of what one job costs.
func processors(jobs int) int {
	if most := runtime.GOMAXPROCS(0); jobs <= 0 || jobs > most {
		return most
	}
	return jobs
}

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
