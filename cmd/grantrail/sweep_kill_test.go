package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/trailtest"
)

// TestSweepKilled: a year that comes in steps, with files that come late and
// files that are broken first, swept by processes that are killed at any
// moment, ends in the case of one sweep over all of it.
func TestSweepKilled(t *testing.T) {
	months := year(t)
	dir, work := t.TempDir(), t.TempDir()
	logs, stateDir, caseFile := filepath.Join(dir, "logs"), filepath.Join(work, "state"), filepath.Join(work, "case.json")
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) //nolint:gosec // moments, not secrets
	killed, late := 0, []trailtest.Object{}
	for _, month := range months {
		for i, o := range slices.Concat(late, month) {
			data := o.Data
			if i%17 == 0 {
				data = data[:len(data)/2] // written anew below
			}
			put(t, logs, o.Path, data)
		}
		held := len(month) / 10
		late = month[:held]
		for _, o := range late {
			if err := os.Remove(filepath.Join(logs, filepath.FromSlash(o.Path))); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			cmd := grantrail("sweep", "--state", stateDir, "logs", "--quiet", "-o", os.DevNull, "--clobber", "--format", "csv")
			cmd.Dir = dir
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
			if cmd.Process.Kill() == nil {
				killed++
			}
			_ = cmd.Wait() // it was killed
		}
	}
	for _, month := range months {
		for _, o := range month {
			put(t, logs, o.Path, o.Data)
		}
	}
	for i, state := range []string{stateDir, filepath.Join(work, "once")} {
		cmd := grantrail("sweep", "--state", state, "logs", "--format", "json", "-o", fmt.Sprintf("%s.%d", caseFile, i), "--fail-on", "never")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	steps, once := slurp(t, caseFile+".0"), slurp(t, caseFile+".1")
	if !bytes.Equal(steps, once) {
		t.Errorf("in steps, %d times killed, the case is another one than at once", killed)
	}
	if bytes.Count(once, []byte(`"grade"`)) < 12 {
		t.Errorf("the year has no incidents: %.400s", once)
	}
}

// grantrail is this program as a process of its own.
func grantrail(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

func put(t *testing.T, root, name string, data []byte) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
		t.Fatal(err)
	}
}

func slurp(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// year is twelve months of log files, a few a day, with an incident in each and
// launches whose refusals are in another file.
func year(t *testing.T) [][]trailtest.Object {
	t.Helper()
	var months [][]trailtest.Object
	for m := range 12 {
		var b strings.Builder
		b.WriteString("default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666\n")
		for day := range 28 {
			at := time.Date(2025, time.Month(1+m), 1+day, 10, 20, 30, 0, time.UTC)
			for n := range 3 {
				fmt.Fprintf(&b, "file AWSLogs/111122223333/CloudTrail/eu-west-1/%s/111122223333_CloudTrail_eu-west-1_%sZ_%016d.json.gz\n",
					at.Format("2006/01/02"), at.Add(time.Duration(n)*time.Hour).Format("20060102T1504"), n)
				fmt.Fprintf(&b, "noise at=%s n=%d\n", at.Add(time.Duration(n)*time.Hour).Format(time.RFC3339), 5+n)
				switch {
				case day%9 == 0 && n == 0:
					fmt.Fprintf(&b, "start at=%s by=role/month-%d/x instance=i-0aaa1111bbbb%04d request=r%d-%d\n", at.Format(time.RFC3339), m, m*100+day, m, day)
				case day%9 == 0 && n == 1:
					fmt.Fprintf(&b, "refused at=%s by=role/month-%d/x request=r%d-%d because=identity-missing\n", at.Add(time.Second).Format(time.RFC3339), m, m, day)
				}
			}
		}
		trail, err := trailtest.Parse(b.String())
		if err != nil {
			t.Fatal(err)
		}
		months = append(months, trail.Objects)
	}
	return months
}
