import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
var LEVELS=["error","warning","note","off"],PROFILES=["observe","baseline","hardened","strict"],VULNERABILITY_FEEDS=["chainguard"];export{LEVELS,PROFILES,VULNERABILITY_FEEDS};
