package incident

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
)

const (
	// launchSize is what is kept of a launch's name: two of an incident that share it
	// are not to be expected before it has billions.
	launchSize = 8
	// maxUnseen is how many launches are remembered of an incident beside those that it
	// now has: dropped for their age, or outside of what was asked. They take half a
	// megabyte. One that is not remembered counts as new should it come back, which is
	// told once too often and not once too little.
	maxUnseen = 1 << 16
)

// Launches are which failed launches of an incident were judged: the first bytes of
// a hash of each, sorted, one behind the other.
type Launches []byte

// LaunchesOf are the launches of attempts.
func LaunchesOf(attempts []Attempt) Launches {
	names := make([]string, len(attempts))
	for i := range attempts {
		ref := &attempts[i].Launch.Ref
		name := strings.ToLower(ref.EventID)
		if name == "" { // nothing but its place tells it from others
			name = ref.Object + "\x00" + strconv.Itoa(ref.Record)
		}
		sum := sha256.Sum256([]byte(name))
		names[i] = string(sum[:launchSize])
	}
	return launches(names)
}

// Len is how many they are.
func (l Launches) Len() int { return len(l) / launchSize }

// Lacks is how many of others are not among them.
func (l Launches) Lacks(others Launches) (n int) {
	has := l.set()
	for _, name := range others.names() {
		if !has[name] {
			n++
		}
	}
	return n
}

// With are the launches of now, and those that were known before.
func (l Launches) With(now Launches) Launches {
	has, names, unseen := now.set(), now.names(), 0
	for _, name := range l.names() {
		if !has[name] && unseen < maxUnseen {
			names, unseen = append(names, name), unseen+1
		}
	}
	return launches(names)
}

func launches(names []string) Launches {
	slices.Sort(names)
	return Launches(strings.Join(slices.Compact(names), ""))
}

func (l Launches) names() []string {
	names := make([]string, 0, l.Len())
	for ; len(l) >= launchSize; l = l[launchSize:] {
		names = append(names, string(l[:launchSize]))
	}
	return names
}

func (l Launches) set() map[string]bool {
	names := l.names()
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}
