package digest

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// carried is signatures of the digests of one file name, as those behind them
// record them, by the hash of the statement that each can only be of.
type carried map[[32]byte]string

// passes reports whether a signature that the digests of a group record is one of
// this digest. A few are simply tried.
func (g *group) passes(l *link, keys *Keys) bool {
	if len(g.next) <= few {
		return slices.ContainsFunc(g.next, func(n *link) bool {
			return n.Digest.PrevSig != nil && keys.verify(l.Digest, l.hash(), *n.Digest.PrevSig) == nil
		})
	}
	known := keys.of(l.Digest)
	if len(known) == 0 {
		return false
	}
	signature, has := g.carried(strings.ToLower(l.Digest.Fingerprint), known[0])[sha256.Sum256([]byte(l.Digest.statement(l.hash())))]
	return has && keys.verify(l.Digest, l.hash(), signature) == nil
}

// carried is what the digests of a group record that a key can have signed.
func (g *group) carried(fingerprint string, by key) carried {
	if has, known := g.signed[fingerprint]; known {
		return has
	}
	all, tried := carried{}, map[string]bool{}
	for _, n := range g.next {
		if sig := n.Digest.PrevSig; sig != nil && !tried[*sig] {
			tried[*sig] = true
			if sum, ok := by.signed(*sig); ok {
				all[sum] = *sig
			}
		}
	}
	if g.signed == nil {
		g.signed = map[string]carried{}
	}
	g.signed[fingerprint] = all
	return all
}
