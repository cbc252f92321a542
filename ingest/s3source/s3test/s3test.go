// Package s3test runs a real S3 server and a proxy that spoils its network, for
// tests. Nothing else uses it.
//
// The server is versitygw over a folder, the proxy toxiproxy; both are built
// by "make tools" into .bin, and a test that needs them fails where they are
// not: an S3 that was not tested is no S3 that works.
package s3test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The credentials of every server here.
const (
	AccessKey = "testaccess"
	SecretKey = "testsecret12"
	Region    = "us-east-1"
)

// Server is a running S3 server.
type Server struct {
	URL     string
	Client  *s3.Client
	dir     string
	address string
	process *process
}

// Start runs a server over an empty folder until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{dir: t.TempDir(), address: free(t)}
	s.URL = "http://" + s.address
	s.Client = client(s.URL)
	s.Restart(t)
	return s
}

// Restart runs the server again, after Kill.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.process = run(t, []string{"ROOT_ACCESS_KEY=" + AccessKey, "ROOT_SECRET_KEY=" + SecretKey},
		"versitygw", "--port", s.address, "--region", Region, "--quiet", "posix", s.dir)
	await(t, s.address)
}

// Kill ends the server at once, as a power cut does.
func (s *Server) Kill() { s.process.kill() }

// Env are the variables with which the SDK's chain finds the credentials, and
// nothing of the machine's own.
func Env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + AccessKey, "AWS_SECRET_ACCESS_KEY=" + SecretKey, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/nonexistent", "AWS_SHARED_CREDENTIALS_FILE=/nonexistent",
	}
}

func client(url string) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(url), UsePathStyle: true, Region: Region,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})
}

// Bucket makes a bucket.
func (s *Server) Bucket(t testing.TB, name string) {
	t.Helper()
	if _, err := s.Client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatalf("making bucket %q: %v", name, err)
	}
}

// Put uploads an object, with user metadata if any.
func (s *Server) Put(t testing.TB, bucket, key string, data []byte, metadata map[string]string) {
	t.Helper()
	if _, err := s.Client.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(data), Metadata: metadata,
	}); err != nil {
		t.Fatalf("putting %q: %v", key, err)
	}
}

// Delete deletes an object.
func (s *Server) Delete(t testing.TB, bucket, key string) {
	t.Helper()
	if _, err := s.Client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatalf("deleting %q: %v", key, err)
	}
}

// Tree uploads the files below a folder.
func (s *Server) Tree(t testing.TB, bucket, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(dir, path)
		if err == nil {
			s.Put(t, bucket, filepath.ToSlash(key), data, nil)
		}
		return err
	})
	if err != nil {
		t.Fatalf("uploading %q: %v", dir, err)
	}
}

// process is a server that does not outlive the test.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

func run(t testing.TB, env []string, name string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(tool(t, name), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = diesWithParent()
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	p := &process{cmd, make(chan struct{})}
	go func() {
		_ = cmd.Wait() // it ends by being killed
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// tool is the path of a program that make tools has built.
func tool(t testing.TB, name string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	found, err := filepath.Glob(filepath.Join(filepath.Dir(here), "../../../.bin", name+"-v*", name))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s is not built: run \"make tools\" first (make test does)", name)
	}
	return found[len(found)-1]
}

// free is an address on loopback that nobody listens on.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("finding a port: %v", err)
	}
	defer func() { _ = l.Close() }() // the port is only looked up
	return l.Addr().String()
}

// await waits until somebody listens.
func await(t testing.TB, address string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close() // it only knocked
			return
		}
	}
	t.Fatal(fmt.Errorf("nobody listens on %s", address))
}
