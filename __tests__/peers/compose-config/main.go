// Command compose-config resolves Compose files as `docker compose config` does, without a daemon, and prints of each
// service the image and the build as one JSON object.
//
//	compose-config [-C dir] [-profile name]... [-clean-env] [-raw] [file]...
//	compose-config -clean-env [-profile name]... -batch
//
// With -batch, each line of standard input is {"dir", "files"}, and each line of the output the answer to it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

// Build is the resolved `build:` of a service: the parameters of a Dockerfile reader.
type Build struct {
	Context    string             `json:"context"`              // relative to the project directory, which is relative to -C
	Dockerfile string             `json:"dockerfile,omitempty"` // relative to the context
	Inline     string             `json:"inline,omitempty"`
	Target     string             `json:"target,omitempty"`
	Args       map[string]*string `json:"args,omitempty"` // null: not set, the Dockerfile's default holds
	Contexts   map[string]string  `json:"contexts,omitempty"`
	Platforms  []string           `json:"platforms,omitempty"`
}

// Service is what of a service decides images.
type Service struct {
	Image    string   `json:"image,omitempty"`
	Platform string   `json:"platform,omitempty"`
	Profiles []string `json:"profiles,omitempty"`
	Build    *Build   `json:"build,omitempty"`
}

func main() {
	var profiles list
	dir := flag.String("C", ".", "project directory")
	clean := flag.Bool("clean-env", false, "see no environment variable, only .env")
	raw := flag.Bool("raw", false, "print the whole project")
	batch := flag.Bool("batch", false, "answer each line of standard input")
	flag.Var(&profiles, "profile", "enabled profile; * for all")
	flag.Parse()
	logrus.SetLevel(logrus.ErrorLevel)
	if *clean {
		os.Clearenv()
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if *batch {
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var question struct {
				Dir   string
				Files list
			}
			if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
				panic(err)
			}
			_ = out.Encode(answer(question.Dir, profiles, question.Files))
		}
		return
	}
	if *raw {
		project, err := load(*dir, profiles, flag.Args())
		if err == nil {
			_ = out.Encode(project)
			return
		}
	}
	found := answer(*dir, profiles, flag.Args())
	_ = out.Encode(found)
	if _, failed := found["error"]; failed {
		os.Exit(1)
	}
}

// answer is what a project resolves to, or the error that refuses it: a panic of the library refuses it, too.
func answer(dir string, profiles, files list) (found map[string]any) {
	defer func() {
		if caught := recover(); caught != nil {
			found = map[string]any{"error": fmt.Sprint("panic: ", caught)}
		}
	}()
	project, err := load(dir, profiles, files)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	started, _ := os.Getwd()
	services := map[string]Service{}
	for name, s := range project.Services {
		services[name] = service(s, project.WorkingDir)
	}
	disabled := []string{}
	for name := range project.DisabledServices {
		disabled = append(disabled, name)
	}
	sort.Strings(disabled)
	return map[string]any{"directory": relative(started, project.WorkingDir), "services": services, "disabled": disabled}
}

func load(dir string, profiles, files list) (*types.Project, error) {
	if err := os.Chdir(dir); err != nil {
		return nil, err
	}
	// The order is that of `docker compose`: .env may name the files, whose directory may have a .env of its own.
	options, err := cli.NewProjectOptions(files, cli.WithName("project"), cli.WithOsEnv, cli.WithEnvFiles(), cli.WithDotEnv,
		cli.WithConfigFileEnv, cli.WithDefaultConfigPath, cli.WithEnvFiles(), cli.WithDotEnv,
		cli.WithDefaultProfiles(profiles...), cli.WithoutEnvironmentResolution, cli.WithoutLabelsResolution)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func service(s types.ServiceConfig, root string) Service {
	found := Service{Image: s.Image, Platform: s.Platform, Profiles: s.Profiles}
	if b := s.Build; b != nil {
		found.Build = &Build{Context: relative(root, b.Context), Dockerfile: b.Dockerfile, Inline: b.DockerfileInline,
			Target: b.Target, Args: b.Args, Contexts: map[string]string{}, Platforms: b.Platforms}
		for k, v := range b.AdditionalContexts {
			found.Build.Contexts[k] = relative(root, v)
		}
	}
	return found
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsAbs(path) {
		return rel
	}
	return path
}
