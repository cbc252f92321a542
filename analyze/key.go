package analyze

import (
	"strings"

	"grantrail/ingest/table"
)

// keyring knows the archive's keys: which alias names which key, and who
// manages it.
type keyring struct {
	aliases map[string]string // alias ARN to key ARN, the latest event's
	managed map[string]string // key ARN to aws or customer
}

// Managers of a key.
const (
	byAWS      = "aws"
	byCustomer = "customer"
	byUnknown  = "unknown"
)

func newKeyring() *keyring {
	return &keyring{aliases: map[string]string{}, managed: map[string]string{}}
}

// learn takes what a successful change or volume call says of a key. Rows come
// in time order, so the latest alias wins.
func (k *keyring) learn(t *table.Table, row int) {
	if k := t.Kind(row); k != table.Change && k != table.Storage {
		return
	}
	arn := fullKey(t.Key(row), t, row)
	if !strings.Contains(arn, ":key/") {
		return
	}
	target := t.Target(row)
	switch t.Kind(row) {
	case table.Change:
		if target != "" && t.Name(row) != "DeleteAlias" {
			k.alias(target, arn, t, row)
		}
		// Only a customer managed key's policy, state and grants can be
		// changed by its account.
		switch t.Name(row) {
		case "PutKeyPolicy", "DisableKey", "EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion",
			"DeleteImportedKeyMaterial", "ImportKeyMaterial", "ReplicateKey", "CreateKey":
			k.managed[arn] = byCustomer
		}
	case table.Storage:
		if strings.Contains(target, "alias/") {
			k.alias(target, arn, t, row)
		}
	}
}

func (k *keyring) alias(name, key string, t *table.Table, row int) {
	full := fullKey(name, t, row)
	k.aliases[full] = key
	if strings.Contains(full, ":alias/aws/") {
		k.managed[key] = byAWS
	}
}

// resolve turns a key as a record names it into the ARN that others name.
func (k *keyring) resolve(name string, t *table.Table, row int) string {
	full := fullKey(name, t, row)
	if key, ok := k.aliases[full]; ok {
		return key
	}
	return full
}

// manager says who manages a key, as far as the archive shows: an alias under
// alias/aws/ is AWS's, and a key of another account, or one that was disabled
// or scheduled for deletion, can only be a customer's.
func (k *keyring) manager(arn, account, cause string) string {
	if m, ok := k.managed[arn]; ok {
		return m
	}
	switch {
	case arn == "":
		return byUnknown
	case strings.Contains(arn, ":alias/aws/"):
		return byAWS
	case cause == keyDisabled, cause == keyPending:
		return byCustomer
	case accountOf(arn) != "" && accountOf(arn) != account:
		return byCustomer
	}
	return byUnknown
}

// fullKey spells a key as an ARN. A bare id or alias belongs to the record's
// account and region; key ids are compared in lower case.
func fullKey(name string, t *table.Table, row int) string {
	if name == "" {
		return ""
	}
	if !strings.HasPrefix(name, "arn:") {
		if !strings.HasPrefix(name, "alias/") {
			name = "key/" + name
		}
		name = "arn:" + partitionOf(t.ARN(row)) + ":kms:" + t.Region(row) + ":" + t.Account(row) + ":" + name
	}
	if head, id, ok := strings.Cut(name, ":key/"); ok {
		if lower := strings.ToLower(id); lower != id {
			return head + ":key/" + lower
		}
	}
	return name
}

// sameKey compares keys: replicas of a multi-Region key share their id, which
// begins with mrk-.
func sameKey(a, b string) bool {
	if a == b {
		return true
	}
	_, ida, _ := strings.Cut(a, ":key/")
	_, idb, _ := strings.Cut(b, ":key/")
	return ida == idb && strings.HasPrefix(ida, "mrk-") && accountOf(a) == accountOf(b)
}

// sameAs spells a key so that those that [sameKey] holds for one are spelt the
// same: what an index goes by.
func sameAs(key string) string {
	if _, id, ok := strings.Cut(key, ":key/"); ok && strings.HasPrefix(id, "mrk-") {
		return "\x00" + accountOf(key) + "\x00" + id
	}
	return key
}

// accountOf is the account field of an ARN.
func accountOf(arn string) string {
	_, account, _, ok := splitARN(arn)
	if !ok {
		return ""
	}
	return account
}
