// Counts the packages of SBOM with the official Go libraries of SPDX and CycloneDX: the independent
// reader that ours is held to. Takes paths on standard input, one a line; writes one JSON object a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"
)

type count struct {
	File     string `json:"file"`
	Reader   string `json:"reader,omitempty"`
	Packages int    `json:"packages"`
	Purls    int    `json:"purls"`
	Error    string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(read(lines.Text())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}

// A library that panics on a document has not read it.
func read(file string) (result count) {
	result.File = file
	defer func() {
		if reason := recover(); reason != nil {
			result.Error = fmt.Sprint("panic: ", reason)
		}
	}()
	content, err := os.ReadFile(file)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	var head struct {
		BOMFormat   string `json:"bomFormat"`
		SPDXVersion string `json:"spdxVersion"`
	}
	isJSON := json.Unmarshal(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), &head) == nil
	switch {
	case isJSON && head.BOMFormat != "":
		result.Reader = "cyclonedx-go"
		countCycloneDX(content, &result)
	case isJSON && head.SPDXVersion != "":
		result.Reader = "tools-golang"
		document, err := spdxjson.Read(bytes.NewReader(content))
		countSPDX(document, err, &result)
	case bytes.Contains(content, []byte("SPDXVersion:")):
		result.Reader = "tools-golang"
		document, err := tagvalue.Read(bytes.NewReader(content))
		countSPDX(document, err, &result)
	default:
		result.Error = "neither SPDX 2 nor CycloneDX in JSON or tag-value"
	}
	return result
}

func countSPDX(document *spdx.Document, err error, result *count) {
	if err != nil {
		result.Error = err.Error()
		return
	}
	for _, item := range document.Packages {
		result.Packages++
		for _, reference := range item.PackageExternalReferences {
			if reference.RefType == "purl" {
				result.Purls++
				break
			}
		}
	}
}

func countCycloneDX(content []byte, result *count) {
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(content), cdx.BOMFileFormatJSON).Decode(bom); err != nil {
		result.Error = err.Error()
		return
	}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		countComponents(&[]cdx.Component{*bom.Metadata.Component}, result)
	}
	countComponents(bom.Components, result)
}

func countComponents(components *[]cdx.Component, result *count) {
	if components == nil {
		return
	}
	for _, component := range *components {
		result.Packages++
		if component.PackageURL != "" {
			result.Purls++
		}
		countComponents(component.Components, result)
	}
}
