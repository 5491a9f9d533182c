package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/util/appcontext"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Every base image is an empty one: only what the Dockerfile itself says counts.
type empty struct{}

func (empty) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, digest.FromString(ref), []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}

type input struct {
	Text string            `json:"text"`
	Args map[string]string `json:"args"`
}
type output struct {
	Error      string   `json:"error,omitempty"`
	Env        []string `json:"env"`
	Cmd        []string `json:"cmd"`
	Entrypoint []string `json:"entrypoint"`
	WorkingDir string   `json:"workingDir"`
	User       string   `json:"user"`
}

func judge(in input) (out output) {
	defer func() {
		if r := recover(); r != nil {
			out.Error = fmt.Sprint("panic: ", r)
		}
	}()
	p := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	s := llb.Scratch()
	res, err := dockerfile2llb.Dockerfile2LLB(appcontext.Context(), []byte(in.Text), dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildArgs: in.Args},
		MetaResolver:   empty{},
		TargetPlatform: &p,
		MainContext:    &s,
	})
	if err != nil {
		out.Error = err.Error()
		return
	}
	c := res.Image.Config
	return output{Env: c.Env, Cmd: c.Cmd, Entrypoint: c.Entrypoint, WorkingDir: c.WorkingDir, User: c.User}
}

func main() {
	var ins []input
	if err := json.NewDecoder(os.Stdin).Decode(&ins); err != nil {
		panic(err)
	}
	outs := []output{}
	for _, in := range ins {
		outs = append(outs, judge(in))
	}
	json.NewEncoder(os.Stdout).Encode(outs)
}
