package analyze

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// terraform says the filled-in policies in Terraform's language, for those
// whose policies are code: the identity policy as a document and the resource
// that gives it to the principal, the key policy statement as a document to
// be merged into the key's own.
//
// The shapes are those of
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
func (f forms) terraform(s scope, identity, key bool) string {
	sh := shape{inTerraform, identity, key, s.launches, s.anyway, s.grantee != "", holderOf(s.principal)}
	return f.fill(sh, s, nameOf(s.principal), hclText, func(empty scope) string { return empty.terraform(sh, blankName) })
}

// hclText is a text as it stands in Terraform's language, escapes and all.
func hclText(s string) string { return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()) }

// terraform lays the policies out.
func (s scope) terraform(sh shape, name string) string {
	f := hclwrite.NewEmptyFile()
	body := f.Body()
	if sh.identity {
		s.document(body, "ec2_use_of_key", nil)
		assignment(body, sh.holder, name)
	}
	if sh.key {
		if sh.identity {
			body.AppendNewline()
		}
		comment(body, "Merge this into the key's policy, by source_policy_documents: a key has one policy.")
		s.document(body, "key_statement", []string{s.principal})
	}
	return string(hclwrite.Format(f.Bytes()))
}

// document is the statements as a data source.
func (s scope) document(body *hclwrite.Body, name string, principals []string) {
	doc := body.AppendNewBlock("data", []string{"aws_iam_policy_document", name}).Body()
	for i, st := range s.statements(nil) {
		if i > 0 {
			doc.AppendNewline()
		}
		b := doc.AppendNewBlock("statement", nil).Body()
		text(b, "sid", st.Sid)
		text(b, "effect", st.Effect)
		texts(b, "actions", st.Action)
		texts(b, "resources", []string{st.Resource})
		if principals != nil {
			who := b.AppendNewBlock("principals", nil).Body()
			text(who, "type", "AWS")
			texts(who, "identifiers", principals)
		}
		st.Condition.blocks(b)
	}
}

func (c *condition) blocks(body *hclwrite.Body) {
	if c == nil {
		return
	}
	for _, test := range []struct {
		name   string
		values map[string]string
	}{{"Bool", c.Bool}, {"StringEquals", c.StringEquals}} {
		for variable, value := range test.values { // of one entry
			b := body.AppendNewBlock("condition", nil).Body()
			text(b, "test", test.name)
			text(b, "variable", variable)
			texts(b, "values", []string{value})
		}
	}
}

// holderKind is what holds an identity policy.
type holderKind uint8

const (
	noHolder holderKind = iota // none that Terraform could give a policy
	roleHolder
	userHolder
	setHolder // the role of a permission set
)

func holderOf(principal string) holderKind {
	switch {
	case permissionSet(principal):
		return setHolder
	case strings.Contains(principal, ":user/"):
		return userHolder
	case strings.Contains(principal, ":role/"):
		return roleHolder
	}
	return noHolder
}

// nameOf is the name of a role or user, without its path.
func nameOf(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

// assignment gives the document to the role or user. The role of a permission
// set is not one's own to edit: its inline policy is the set's.
func assignment(body *hclwrite.Body, to holderKind, name string) {
	kind, holder := "aws_iam_role_policy", "role"
	switch to {
	case noHolder:
		return
	case setHolder:
		body.AppendNewline()
		comment(body, "The role belongs to a permission set of IAM Identity Center: give the document to the")
		comment(body, "set with aws_ssoadmin_permission_set_inline_policy, merged with what it has.")
		return
	case userHolder:
		kind, holder = "aws_iam_user_policy", "user"
	}
	body.AppendNewline()
	b := body.AppendNewBlock("resource", []string{kind, "ec2_use_of_key"}).Body()
	text(b, "name", "ec2-use-of-key")
	text(b, holder, name)
	b.SetAttributeRaw("policy", hclwrite.TokensForIdentifier("data.aws_iam_policy_document.ec2_use_of_key.json"))
}

func text(b *hclwrite.Body, name, value string) { b.SetAttributeValue(name, cty.StringVal(value)) }

func texts(b *hclwrite.Body, name string, values []string) {
	list := make([]cty.Value, len(values))
	for i, v := range values {
		list[i] = cty.StringVal(v)
	}
	b.SetAttributeValue(name, cty.ListVal(list))
}

func comment(b *hclwrite.Body, line string) {
	b.AppendUnstructuredTokens(hclwrite.Tokens{{Type: 'C', Bytes: []byte("# " + line + "\n")}})
}

// permissionSet tells the roles that IAM Identity Center makes and owns, as
// https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
// names them.
func permissionSet(arn string) bool {
	return strings.Contains(arn, ":role/aws-reserved/sso.amazonaws.com/") || strings.Contains(arn, ":role/AWSReservedSSO_")
}
