// Package tap writes the results of tests as TAP 13. Debian has no package of github.com/mndrix/tap-go, which the suite
// imports; this has the part of its interface that the suite calls.
package tap

import (
	"encoding/json"
	"fmt"
	"strings"
)

// T counts the results written so far.
type T struct {
	count *int
	mark  string
}

// New returns a T that has written nothing.
func New() *T { return &T{count: new(int), mark: "-"} }

// Todo returns a T that marks its results as expected to be bad.
func (t *T) Todo() *T { return &T{count: t.count, mark: "# TODO"} }

// Header writes the version and, unless it is 0, the number of results to come.
func (t *T) Header(planned int) {
	fmt.Println("TAP version 13")
	if planned > 0 {
		fmt.Printf("1..%d\n", planned)
	}
}

// AutoPlan writes how many results there were.
func (t *T) AutoPlan() { fmt.Printf("1..%d\n", *t.count) }

// Ok writes one result.
func (t *T) Ok(passed bool, description string) {
	*t.count++
	word := "ok"
	if !passed {
		word = "not ok"
	}
	fmt.Printf("%s %d %s %s\n", word, *t.count, t.mark, description)
}

// Pass writes one result that is good.
func (t *T) Pass(description string) { t.Ok(true, description) }

// Fail writes one result that is bad.
func (t *T) Fail(description string) { t.Ok(false, description) }

// Skip writes that many results as skipped.
func (t *T) Skip(count int, reason string) {
	for ; count > 0; count-- {
		*t.count++
		fmt.Printf("ok %d # SKIP %s\n", *t.count, reason)
	}
}

// Diagnostic writes a remark on the last result.
func (t *T) Diagnostic(message string) {
	fmt.Println("# " + strings.ReplaceAll(strings.TrimSuffix(message, "\n"), "\n", "\n# "))
}

// Diagnosticf is Diagnostic with a format.
func (t *T) Diagnosticf(format string, arguments ...interface{}) {
	t.Diagnostic(fmt.Sprintf(format, arguments...))
}

// YAML writes a block of details on the last result. JSON is YAML.
func (t *T) YAML(details interface{}) error {
	text, err := json.MarshalIndent(details, "  ", "  ")
	if err == nil {
		fmt.Printf("  ---\n  %s\n  ...\n", text)
	}
	return err
}
