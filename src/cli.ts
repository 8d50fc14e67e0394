#!/usr/bin/env node
import { keepCompiledCode } from './cli/compiled-code.js';

// Before anything else is loaded: what is loaded later is what it is for.
keepCompiledCode(process.env);
const { runCommandLine } = await import('./cli/main.js');
await runCommandLine();
