// Command peers measures grantrail against others on one archive: inflating it
// and throwing the bytes away, by the streaming decoder that grantrail falls
// back to, by igzip and by gzip where they are installed; DuckDB answering the
// question in SQL; and both writing all records as Parquet. Runs are taken in
// turn; a ratio is the median of the ratios within each turn. CPU is user and
// system time of the whole process.
//
//	peers GRANTRAIL DIR [ROUNDS]
//
// It fails where DuckDB and grantrail do not agree on the launches that were
// refused.
package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/klauspost/compress/gzip"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "inflate":
		return inflate(args[1])
	case len(args) == 2 && args[0] == "duckdb":
		n, err := duckdb(args[1])
		if err == nil {
			fmt.Println(n)
		}
		return err
	case len(args) == 3 && args[0] == "export":
		return export(args[1], args[2])
	case len(args) < 2:
		return errors.New("usage: peers GRANTRAIL DIR [ROUNDS]")
	}
	rounds := 5
	if len(args) > 2 {
		var err error
		if rounds, err = strconv.Atoi(args[2]); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return compare(self, args[0], args[1], rounds)
}

// peer is one way to go through the archive.
type peer struct {
	name string
	args []string
	cost []cost
	said []byte
}

type cost struct {
	cpu, wall float64 // seconds
	peak      float64 // MiB resident
}

func compare(self, grantrail, dir string, rounds int) error {
	// incidents end with 3
	investigate := []string{grantrail, "investigate", "--quiet", "--format", "json", "--jobs"}
	peers := []*peer{
		{name: "inflate only, klauspost (K), 1 worker", args: []string{self, "inflate", dir}},
		{name: "**grantrail investigate**, 1 worker", args: append(slices.Clone(investigate), "1", dir)},
		{name: "**grantrail investigate**, 2 workers", args: append(slices.Clone(investigate), "2", dir)},
		{name: "grantrail investigate --decoder klauspost, 1 worker", args: append(slices.Clone(investigate), "1", "--decoder", "klauspost", dir)},
		{name: "DuckDB, the join in SQL, 2 threads", args: []string{self, "duckdb", dir}},
	}
	to, err := os.MkdirTemp("", "peers-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(to)
	peers = append(peers, exports(self, grantrail, dir, to)...)
	for _, tool := range []string{"igzip", "gzip"} {
		if _, err := exec.LookPath(tool); err == nil {
			peers = append(peers, &peer{name: tool + " -dc, to nowhere", args: []string{
				"sh", "-c", `find "$1" -name '*.gz' -print0 | xargs -0 -n 500 ` + tool + ` -dc > /dev/null`, "sh", dir}})
		} else {
			fmt.Fprintf(os.Stderr, "peers: no %s here: left out\n", tool)
		}
	}
	for round := range rounds + 1 {
		for _, p := range peers {
			c, err := p.run()
			if err != nil {
				return err
			}
			if round > 0 { // the first one warms up
				p.cost = append(p.cost, c)
			}
		}
	}
	if err := agree(peers); err != nil {
		return err
	}
	fmt.Println("| | CPU s | wall s | peak MiB | CPU / K | wall / K |")
	fmt.Println("| --- | ---: | ---: | ---: | ---: | ---: |")
	for _, p := range peers {
		fmt.Printf("| %s | %.2f | %.2f | %.0f | %.2f | %.2f |\n", p.name,
			median(p, func(i int) float64 { return p.cost[i].cpu }), median(p, func(i int) float64 { return p.cost[i].wall }),
			median(p, func(i int) float64 { return p.cost[i].peak }),
			median(p, func(i int) float64 { return p.cost[i].cpu / peers[0].cost[i].cpu }),
			median(p, func(i int) float64 { return p.cost[i].wall / peers[0].cost[i].wall }))
	}
	return nil
}

func median(p *peer, of func(i int) float64) float64 {
	all := make([]float64, len(p.cost))
	for i := range all {
		all[i] = of(i)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// run runs a peer once.
func (p *peer) run() (cost, error) {
	cmd := exec.Command(p.args[0], p.args[1:]...) //nolint:gosec // what was asked for
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	wall := time.Since(began).Seconds()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() < 3) {
		return cost{}, fmt.Errorf("%v: %w", p.args, err)
	}
	p.said = out
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, errors.New("no resource usage on this system")
	}
	return cost{
		cpu:  cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds(),
		wall: wall, peak: float64(usage.Maxrss) / 1024,
	}, nil
}

// agree compares what the peers that answer the question answer.
func agree(peers []*peer) error {
	answers := map[string]string{}
	for _, p := range peers {
		switch {
		case strings.Contains(p.name, "export"), strings.Contains(p.name, "to Parquet"):
		case strings.Contains(p.name, "grantrail"):
			var report struct {
				Summary struct{ Attempts int }
			}
			if err := json.Unmarshal(p.said, &report); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			answers[p.name] = strconv.Itoa(report.Summary.Attempts)
		case strings.Contains(p.name, "DuckDB"):
			answers[p.name] = strings.TrimSpace(string(p.said))
		}
	}
	first := ""
	for name, n := range answers {
		if first == "" {
			first = n
		}
		if n != first || n == "0" {
			return fmt.Errorf("refused launches: %v, by %s", answers, name)
		}
	}
	fmt.Fprintf(os.Stderr, "peers: all say that %s launches were refused\n", first)
	return nil
}

// inflate decodes every object with klauspost's decoder, and throws it away.
func inflate(dir string) error {
	var z gzip.Reader
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		stored, err := os.Open(name) //nolint:gosec // what was asked for
		if err != nil {
			return err
		}
		defer stored.Close()
		if err := z.Reset(stored); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, &z)
		return err
	})
}

// duckdb counts launches with a refused grant of the same request behind them:
// what SQL can say of the join. The schema is the narrowest that does.
func duckdb(dir string) (n int, err error) {
	db, err := sql.Open("duckdb", "?threads=2&preserve_insertion_order=false")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	glob := strings.ReplaceAll(filepath.Join(dir, "**", "*.json.gz"), "'", "''")
	if _, err := db.Exec(`CREATE TEMP TABLE e AS
		SELECT r.* FROM (SELECT unnest(Records) AS r FROM read_json('` + glob + `', compression='gzip', maximum_object_size=268435456,
			columns={Records: 'STRUCT(eventTime TIMESTAMP, eventName VARCHAR, errorCode VARCHAR, requestID VARCHAR, awsRegion VARCHAR, userIdentity STRUCT(arn VARCHAR))[]'}))
		WHERE r.eventName IN ('StartInstances', 'RunInstances') OR r.eventName = 'CreateGrant' AND r.errorCode IS NOT NULL`); err != nil {
		return 0, err
	}
	err = db.QueryRow(`SELECT count(DISTINCT l.requestID) FROM e l JOIN e k ON l.requestID = k.requestID AND l.awsRegion = k.awsRegion
		AND l.userIdentity.arn = k.userIdentity.arn AND k.eventTime BETWEEN l.eventTime AND l.eventTime + INTERVAL 120 SECOND
		WHERE l.eventName <> 'CreateGrant' AND k.eventName = 'CreateGrant'`).Scan(&n)
	return n, err
}
