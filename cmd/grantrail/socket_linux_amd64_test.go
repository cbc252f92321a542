package main

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"grantrail/ingest/s3source/s3test"
)

// TestNoSocket: a run over files opens no socket at all. The program's system
// calls are watched, all threads of it; that the watch can see one is shown by
// a run over S3.
func TestNoSocket(t *testing.T) {
	program := built(t)
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	server.Put(t, "trail", "a.json", []byte(`{"Records":[]}`), nil)
	far := append([]string{"investigate", "s3://trail"}, from(server.URL)...)
	if sockets := watched(t, program, far...); sockets == 0 {
		t.Error("the watch sees no socket where there must be one")
	}
	if sockets := watched(t, program, "investigate", "../../testdata/demo"); sockets != 0 {
		t.Errorf("a run over files opens %d sockets", sockets)
	}
}

// watched runs a program to its end and counts its socket calls.
func watched(t *testing.T, program string, args ...string) (sockets int) {
	t.Helper()
	runtime.LockOSThread() // one thread traces
	defer runtime.UnlockOSThread()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), s3test.Env()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); errors.Is(err, syscall.EPERM) {
		t.Skipf("this machine does not let a process be traced: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		t.Fatal(err)
	}
	const sysGood = 0x80 // marks the stops at system calls
	const options = syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACEFORK
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		t.Skipf("this machine does not let a process be traced: %v", err)
	}
	next(t, pid, 0)
	for {
		at, err := syscall.Wait4(-1, &status, syscall.WALL, nil)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case status.Exited() || status.Signaled():
			if at == pid {
				return sockets
			}
		case status.StopSignal() == syscall.SIGTRAP|sysGood:
			var regs syscall.PtraceRegs
			if err := syscall.PtraceGetRegs(at, &regs); err == nil && regs.Orig_rax == syscall.SYS_SOCKET {
				sockets++ // once going in and once coming out
			}
			next(t, at, 0)
		case status.StopSignal() == syscall.SIGTRAP, status.StopSignal() == syscall.SIGSTOP:
			next(t, at, 0) // a thread was made
		default:
			next(t, at, int(status.StopSignal()))
		}
	}
}

// next lets a thread go on to its next system call. It may have ended.
func next(t *testing.T, pid, signal int) {
	t.Helper()
	if err := syscall.PtraceSyscall(pid, signal); err != nil && err != syscall.ESRCH {
		t.Fatal(err)
	}
}
