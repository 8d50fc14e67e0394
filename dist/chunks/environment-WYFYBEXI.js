import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,sameRepository}from"./chunk-UO6T3PQ5.js";import"./chunk-YZASLWB7.js";export{formatRepositoryName,isCommit,parseRepositoryName,readRunnerEnvironment,sameRepository};
