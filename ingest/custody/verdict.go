package custody

// Verdict is what the digest files at hand come to for one object. The words
// are fixed by the case schema.
type Verdict string

// Verdicts of log files, and of digest files where they apply.
const (
	Signed     Verdict = "signed"      // a signature verifies with a public key; a log file: listed by such a digest, and its hash agrees
	Chained    Verdict = "chained"     // the digest after it vouches, and no key is at hand
	ListedOnly Verdict = "listed"      // a log file: its hash agrees with a digest that nothing vouches for
	Unlisted   Verdict = "unlisted"    // a log file that no digest names, in an hour that digests at hand cover
	Mismatch   Verdict = "mismatch"    // the content is not what was hashed when it was delivered
	Missing    Verdict = "missing"     // named by a digest, and not here
	NotChecked Verdict = "not-checked" // outside the hours of the digests at hand, or its bytes could not be had
)

// Verdicts of digest files alone.
const (
	UnanchoredTip Verdict = "unanchored-tip" // nothing at hand vouches for it
	BadSignature  Verdict = "bad-signature"  // its signature does not verify with the key that it names
	NoKey         Verdict = "no-key"         // it has a signature, and the key for it is not at hand
	Moved         Verdict = "moved"          // not where it says that it was written
)

// Findings about a chain of digests, told of the digest behind the place.
const (
	Seam     Verdict = "seam" // the chain begins here, or begins anew
	ChainGap Verdict = "gap"  // hours of the chain without a digest at hand
)

// Findings about an earlier run's manifest, beside mismatch and missing.
const (
	Added    Verdict = "new"      // not in the manifest
	Repacked Verdict = "repacked" // other bytes, the same content
	NoEnd    Verdict = "no-end"   // the manifest itself: its last line is not there
)

// Good reports whether nothing needs saying of an object of this verdict.
func (v Verdict) Good() bool { return v == Signed || v == Chained || v == ListedOnly }

// Fails reports whether the verdict says that evidence is altered, planted or
// gone. A tip, a seam, a missing key and what was not checked do not.
func (v Verdict) Fails() bool {
	switch v {
	case Mismatch, Missing, Unlisted, BadSignature, Moved, ChainGap, NoEnd:
		return true
	}
	return false
}

// Failures is the number of findings that make the run end with exit code 3.
func (i *Integrity) Failures() (n int) {
	for _, f := range i.Findings {
		if Verdict(f.Verdict).Fails() {
			n++
		}
	}
	return n
}

// Fails reports whether there is such a finding.
func (i *Integrity) Fails() bool { return i.Failures() > 0 }
