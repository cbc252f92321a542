package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "grantrail"

// layer is what one package may import beside the standard library. Data goes
// one way:
//
//	cmd -> ingest -(ingest/table, ingest/custody)-> analyze -(analyze/incident)-> report
type layer struct {
	pkg    string
	may    []string // a path, or with /... everything below it too
	mayNot []string // of the standard library
	why    string
}

const (
	arrow   = "github.com/apache/arrow/go/v17/..."
	parquet = "github.com/apache/arrow/go/v17/parquet/..."
	json    = "github.com/go-json-experiment/json/..."
	gzip    = "github.com/klauspost/compress/gzip"
	awsSDK  = "github.com/aws/aws-sdk-go-v2/..."
)

var (
	// stored is how evidence lies on disk, which ends at the table.
	stored = []string{"archive/...", "bufio", "compress/...", "encoding/csv", "io", "io/...", "os", "os/..."}
	// outside is what makes the same case look different on another day.
	outside = []string{"os", "os/..."}
	// heavy is what Arrow brings along that costs more to start than all of the
	// program. It is for tests, to compare with.
	heavy = []string{"github.com/apache/arrow/go/v17/parquet/pqarrow", "github.com/apache/arrow/go/v17/arrow/compute/...", "github.com/apache/arrow/go/v17/arrow/flight/..."}
	// network is for the one package that fetches objects.
	network = []string{"net", "net/http/...", "net/rpc/...", "net/smtp"}
)

var layers = []layer{
	{pkg: "cmd/grantrail", why: "the only place that knows flags, files and exit codes, and so the only one that sees every stage",
		may: []string{module + "/ingest", module + "/ingest/custody", module + "/ingest/digest", module + "/ingest/export", module + "/ingest/record", module + "/ingest/s3source", module + "/ingest/state", module + "/analyze", module + "/analyze/incident", module + "/report",
			"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/dustin/go-humanize/...", "github.com/goccy/go-yaml", "golang.org/x/term"}},

	{pkg: "ingest", why: "opens objects and moves them through the stages; it holds no format of its own",
		may: []string{module + "/ingest/archive", module + "/ingest/catalog", module + "/ingest/container", module + "/ingest/custody", module + "/ingest/digest", module + "/ingest/export", module + "/ingest/inflate", module + "/ingest/layout", module + "/ingest/record", module + "/ingest/securitylake", module + "/ingest/state", module + "/ingest/table",
			"github.com/bmatcuk/doublestar/v4", "golang.org/x/sync/...", "golang.org/x/sys/unix"}},
	{pkg: "ingest/catalog", why: "names and bytes, whatever they mean", mayNot: stored},
	{pkg: "ingest/columnar", why: "Arrow to Parquet and back, whatever the columns mean",
		may: []string{arrow, "github.com/klauspost/compress/zstd"}},
	{pkg: "ingest/custody", why: "every stage carries it, so it drags nothing along", mayNot: outside},
	{pkg: "ingest/digest", why: "judges by hashes and names alone, and never opens a file",
		may: []string{json, module + "/ingest/custody", module + "/ingest/layout"}, mayNot: outside},
	{pkg: "ingest/export", why: "writes records as columns for others, and judges nothing",
		may: []string{arrow, "github.com/klauspost/compress/zstd", module + "/ingest/columnar", module + "/ingest/record"}},
	{pkg: "ingest/inflate", why: "bytes to bytes", may: []string{gzip, "golang.org/x/sys/cpu"}},
	{pkg: "ingest/archive", why: "unpacks what strangers packed, into streams and never onto the disk", mayNot: outside},
	{pkg: "ingest/container", why: "finds values, and leaves their meaning to ingest/record",
		may: []string{json, module + "/ingest/custody", module + "/ingest/inflate", module + "/ingest/scan"}},
	{pkg: "ingest/layout", why: "reads names, and never what is under them; every reader of names uses it, so it drags nothing along", mayNot: slices.Concat(stored, outside)},
	{pkg: "ingest/scan", why: "where things stand in text, and not what they mean", may: []string{"golang.org/x/sys/cpu"}},
	{pkg: "ingest/record", why: "raw JSON stops here", may: []string{json, module + "/ingest/custody", module + "/ingest/scan"}},
	{pkg: "ingest/table", why: "the one place that knows the columns of events, so that its next major version is a change in one folder",
		may: []string{arrow, module + "/ingest/columnar", module + "/ingest/record"}},
	{pkg: "ingest/state", why: "keeps what was read from one sweep to the next, in tables of its own beside those of events",
		may: []string{arrow, "github.com/gofrs/flock", module + "/ingest/columnar", module + "/ingest/custody", module + "/ingest/digest", module + "/ingest/record", module + "/ingest/table"}},
	{pkg: "ingest/securitylake", why: "the one other place that knows Arrow, for its reader of Parquet: rows leave it as records, and columns never do", mayNot: outside,
		may: []string{parquet, "github.com/apache/arrow/go/v17/arrow/memory", module + "/ingest/columnar"}},
	{pkg: "ingest/trailtest", why: "writes what the readers read, so it shares no code with them", may: []string{gzip, arrow}},
	{pkg: "ingest/s3source", why: "the only one to link the AWS SDK and to use the network: a build without it is offline for certain",
		may: []string{awsSDK, "github.com/aws/smithy-go/...", "golang.org/x/sync/...", module + "/ingest", module + "/ingest/custody", module + "/ingest/layout"}},

	{pkg: "ingest/s3source/s3test", why: "starts servers, for tests only",
		may: []string{awsSDK}},

	{pkg: "analyze", why: "judges events in columns and never a raw record", mayNot: stored,
		may: []string{module + "/ingest/table", module + "/ingest/custody", module + "/analyze/incident",
			"github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/..."}},
	{pkg: "analyze/incident", why: "renderers need nothing else, so it is plain data", mayNot: outside,
		may: []string{module + "/ingest/custody"}},
	{pkg: "report", why: "shows a case; it cannot reach the events and so cannot conclude anything", mayNot: outside,
		may: []string{module + "/analyze/incident", module + "/ingest/custody"}},
}

// folders are all that may lie at the top. Stages are few on purpose; a new one
// is a decision about the design.
var folders = []string{".bin", ".ci", ".git", "analyze", "bin", "cmd", "ingest", "report", "testdata"}

func TestImports(t *testing.T) {
	found := imports(t)
	for pkg, paths := range found {
		i := slices.IndexFunc(layers, func(l layer) bool { return l.pkg == pkg })
		if i < 0 {
			t.Errorf("%s has no row in layers: say where it belongs, what it may import, and why", pkg)
			continue
		}
		for _, p := range paths {
			if !layers[i].allows(p) {
				t.Errorf("%s imports %s, and may not: %s", pkg, p, layers[i].why)
			}
		}
	}
	for _, l := range layers {
		if _, ok := found[l.pkg]; !ok {
			t.Errorf("%s has a row in layers and no files", l.pkg)
		}
	}
}

func (l layer) allows(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	if l.pkg != "ingest/trailtest" && matches(heavy, p) {
		return false
	}
	if first == module || strings.Contains(first, ".") {
		return matches(l.may, p)
	}
	if !strings.HasPrefix(l.pkg, "ingest/s3source") && matches(network, p) {
		return false
	}
	return !matches(l.mayNot, p)
}

func matches(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		above, tree := strings.CutSuffix(pattern, "/...")
		return p == above || tree && strings.HasPrefix(p, above+"/")
	})
}

// The rule itself has near misses.
func TestAllows(t *testing.T) {
	tests := []struct {
		pkg, imports string
		want         bool
	}{
		{"ingest/table", "github.com/apache/arrow/go/v17/arrow/array", true},
		{"ingest/columnar", "github.com/apache/arrow/go/v17/parquet/file", true},
		{"ingest/columnar", "github.com/apache/arrow/go/v17/parquet/pqarrow", false},
		{"ingest/trailtest", "github.com/apache/arrow/go/v17/parquet/pqarrow", true},
		{"analyze", "github.com/apache/arrow/go/v17/arrow/array", false},
		{"analyze", "strings", true},
		{"analyze", "encoding/json", true}, // it writes policies; see TestAnalyzeParsesNoJSON
		{"analyze", "compress/gzip", false},
		{"ingest", "net/http", false},
		{"ingest", "net/url", true},
		{"ingest/s3source", "net/http", true},
		{"cmd/grantrail", "grantrail/ingest/trailtest", false},
		{"report", "grantrail/analyze", false},
		{"report", "grantrail/cmd/grantrail", false},
		{"report", "github.com/yuin/goldmark", false}, // for tests alone
		{"analyze", "github.com/hashicorp/hcl/v2/hclwrite", true},
		{"analyze", "github.com/hashicorp/hcl/v2extra", false},
	}
	for _, tt := range tests {
		i := slices.IndexFunc(layers, func(l layer) bool { return l.pkg == tt.pkg })
		if got := layers[i].allows(tt.imports); got != tt.want {
			t.Errorf("%s imports %s: allowed %v, want %v", tt.pkg, tt.imports, got, tt.want)
		}
	}
}

// Package analyze writes policy documents, so it may import encoding/json; what
// it may not do is look into a record again.
func TestAnalyzeParsesNoJSON(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "analyze", "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files in analyze: %v", len(names), err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if ok && pkg.Name == "json" && slices.Contains([]string{"Unmarshal", "NewDecoder"}, sel.Sel.Name) && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("%s calls json.%s: raw JSON stops at ingest/record", filepath.Base(name), sel.Sel.Name)
			}
			return true
		})
	}
}

func TestTopLevelFolders(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(folders, e.Name()) {
			t.Errorf("the folder %s is not part of the layout: %s", e.Name(), strings.Join(folders, " "))
		}
	}
}

const root = "../.."

// imports reads what the files of every package import, on every platform.
// Tests are left out: they may use the kit, and their own tools.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(name)
		found[pkg] = slices.Clip(found[pkg]) // a package that imports nothing is found as well
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[pkg] = append(found[pkg], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range found {
		slices.Sort(found[pkg])
		found[pkg] = slices.Compact(found[pkg])
	}
	return found
}
