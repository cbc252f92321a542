package state

import (
	"fmt"
	"os"
	"strings"

	"github.com/gofrs/flock"
)

// lock is held by the one sweep that works on a state. The system gives it up
// when the process ends, however it ends.
type lock struct{ flock *flock.Flock }

// acquire takes the lock, or says who has it.
func acquire(path string) (*lock, error) {
	l := flock.New(path)
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the state: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrHeld, holder(path))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	// It is only for a person to read: the lock is the system's.
	_ = os.WriteFile(path, fmt.Appendf(nil, "process %d on host %s\n", os.Getpid(), host), 0o600)
	return &lock{l}, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if who := strings.TrimSpace(string(text)); err == nil && who != "" {
		return who
	}
	return "it does not say who it is"
}

func (l *lock) release() error { return l.flock.Unlock() }
