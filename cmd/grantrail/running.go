package main

import (
	"io"
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

// profiled runs a verb under the CPU profiler where a file is named for it. The
// profile of a run that fails is worth having too.
func profiled(path string, verb func() error) (err error) {
	if path == "" {
		return verb()
	}
	var ran error
	write := func(w io.Writer) error {
		if err := pprof.StartCPUProfile(w); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
		ran = verb()
		return nil
	}
	if isDevice(path) {
		err = toDevice(path, write)
	} else {
		err = (&output{clobber: true}).put(path, write)
	}
	if ran != nil {
		return ran
	}
	return err
}
