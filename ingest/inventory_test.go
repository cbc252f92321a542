package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSummed(t *testing.T) {
	sum := sha256.Sum256([]byte("abc"))
	for name, c := range map[string]struct {
		r    io.Reader
		want string
	}{
		"whole":         {strings.NewReader("abc"), hex.EncodeToString(sum[:])},
		"EOF with it":   {iotest.DataErrReader(strings.NewReader("abc")), hex.EncodeToString(sum[:])},
		"breaks off":    {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(errors.New("the cable is out"))), ""},
		"ends too soon": {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)), ""},
	} {
		s := &summed{r: c.r, sum: sha256.New()}
		if e := s.entry(); e.Stored != c.want || e.Size != 3 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
