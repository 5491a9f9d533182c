#!/usr/bin/env node
// Here before the first build, so that installing the workspace links the command.
import '../dist/sidecar/bin.js';
