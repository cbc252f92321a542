package duckdb

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// grantrail is the program, built from the tree around this module.
func grantrail(t *testing.T, args ...string) {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "grantrail")
	build := exec.Command("go", "build", "-o", bin, "./cmd/grantrail")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command(bin, args...).CombinedOutput(); err != nil {
		t.Fatalf("grantrail %v: %v: %s", args, err, out)
	}
}

// query gives the rows of a statement, a line each, sorted.
func query(t *testing.T, statement string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(statement)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// archive is log files of two accounts, two regions and nine days, with every
// tenth record a second time in another file.
func archive(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	id := 0
	for _, account := range []string{"111122223333", "444455556666"} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			for day := range 9 {
				at := time.Date(2026, 2, 25+day, 23, 50, 0, 0, time.UTC) // a file's records lie in two days
				var records []string
				for n := range 200 {
					id++
					record := fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::%s:assumed-role/r%d/s","accountId":"%s","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::%s:role/r%d"}}},"eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":"Call%d","awsRegion":%q,"errorCode":%s,"requestParameters":{"text":"\"quoted\" ü \u2028 %d","nested":[{"eventName":"decoy"}]},"readOnly":%t,"eventID":"%08x-0000-4000-8000-000000000000","recipientAccountId":%q}`,
						account, n%5, account, account, n%5, at.Add(time.Duration(n)*6*time.Second).Format(time.RFC3339), []string{"ec2", "kms", "iam"}[n%3], n%7, region,
						[]string{"null", `"AccessDenied"`}[n%11/10], n, n%2 == 0, id, account)
					records = append(records, record)
					if n%10 == 0 {
						records = append(records, record)
					}
				}
				var b bytes.Buffer
				zip := gzip.NewWriter(&b)
				fmt.Fprintf(zip, `{"Records":[%s]}`, strings.Join(records, ","))
				if err := zip.Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s_%s_%d.json.gz", account, region, day)), b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

// TestExportCounts: group by group, DuckDB counts in an export what another
// program counts in the log files, with every record once.
func TestExportCounts(t *testing.T) {
	logs, events := archive(t), filepath.Join(t.TempDir(), "events")
	grantrail(t, "export", logs, "-o", events)
	got := query(t, fmt.Sprintf(`select account, region, day, event_name, event_source, coalesce(error_code, ''), read_only, count(*), count(distinct event_id),
		min(json_extract_string(raw_json, '$.requestParameters.text')), min(json_extract_string(request_parameters_json, '$.nested[0].eventName'))
		from read_parquet('%s/**/*.parquet', hive_partitioning=true, hive_types={'account': varchar, 'day': varchar}) group by all`, events))
	want := counted(t, logs)
	if len(want) < 1000 || !slices.Equal(got, want) {
		t.Errorf("%d groups, want %d:\n%s\n%s", len(got), len(want), strings.Join(got[:min(3, len(got))], "\n"), strings.Join(want[:3], "\n"))
	}
}

// counted is the same by encoding/json.
func counted(t *testing.T, logs string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(logs, "*"))
	if err != nil {
		t.Fatal(err)
	}
	seen, n, least := map[string]bool{}, map[string]int{}, map[string]string{}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		zip, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var log struct{ Records []map[string]any }
		if err := json.NewDecoder(zip).Decode(&log); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		for _, r := range log.Records {
			if id := r["eventID"].(string); seen[id] {
				continue
			} else {
				seen[id] = true
			}
			code, _ := r["errorCode"].(string)
			group := fmt.Sprintln(r["recipientAccountId"], r["awsRegion"], r["eventTime"].(string)[:10], r["eventName"], r["eventSource"], code, r["readOnly"])
			n[group]++
			text := r["requestParameters"].(map[string]any)["text"].(string)
			if old, ok := least[group]; !ok || text < old {
				least[group] = text
			}
		}
	}
	var out []string
	for group := range maps.Keys(n) {
		out = append(out, fmt.Sprint(strings.TrimSuffix(group, "\n"), " ", n[group], " ", n[group], " ", least[group], " decoy"))
	}
	slices.Sort(out)
	return out
}

var block = regexp.MustCompile("(?s)```sql\n(.*?)```")

// TestReadme: the questions of the README run over an export of the specimen
// archive, and the join finds the launches that the tool finds.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	grantrail(t, "export", filepath.Join("..", "demo"), "-o", filepath.Join(dir, "events"))
	t.Chdir(dir)
	blocks := block.FindAllStringSubmatch(string(readme), -1)
	joins := 0
	for _, b := range blocks {
		if strings.Contains(b[1], "CREATE EXTERNAL TABLE") {
			continue // Athena's
		}
		rows := query(t, b[1])
		if len(rows) == 0 {
			t.Errorf("no rows:\n%s", b[1])
		}
		if strings.Contains(b[1], "-- the incident's join") {
			joins++
			if len(rows) != 4 {
				t.Errorf("the join finds %d launches and the tool 4:\n%s", len(rows), strings.Join(rows, "\n"))
			}
		}
	}
	if len(blocks) < 6 || joins != 1 {
		t.Errorf("%d queries, %d joins", len(blocks), joins)
	}
}
