const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{compareNatural}from"./order.shared.js";import{optionalField}from"./cli-definitions.shared.js";var LIFECYCLE_DATE="2026-08-22",LIFECYCLE_TABLE=`
alpine-linux 3.24:2028-06-01 3.23:2027-11-01 3.22:2027-05-01 3.21:2026-11-01 3.20:2026-04-01
alpine-linux 3.19:2025-11-01 3.18:2025-05-09 3.17:2024-11-22 3.16:2024-05-23 3.15:2023-11-01
alpine-linux 3.14:2023-05-01 3.13:2022-11-01 3.12:2022-05-01 3.11:2021-11-01 3.10:2021-05-01
alpine-linux 3.9:2020-11-01 3.8:2020-05-01 3.7:2019-11-01 3.6:2019-05-01 3.5:2018-11-01
alpine-linux 3.4:2018-05-01 3.3:2017-11-01 3.2:2017-05-01 3.1:2016-11-01 3.0:2016-05-01
alpine-linux 2.7:2015-11-01 2.6:2015-05-01 2.5:2014-11-01 2.4:2014-05-01 2.3:2013-11-01
alpine-linux 2.2:2013-05-01 2.1:2012-11-01
debian 4:2010-02-15 5:2012-02-06 6:2014-05-31 7:2016-04-25 8:2018-06-17 9:2020-07-18 10:2022-09-10
debian 11:2024-08-14 12:2026-07-11 13:2028-08-09 3.1:2008-03-31 3.0:2006-06-30 2.2:2003-06-30
debian 2.1:2000-09-30 2.0:1999-02-15 1.3:1998-12-08 1.2:1997-10-23 1.1:1996-12-12
ubuntu 26.04:2031-04-30 25.10:2026-07-01 25.04:2026-01-17 24.10:2025-07-10 24.04:2029-05-31
ubuntu 23.10:2024-07-12 23.04:2024-01-20 22.10:2023-07-20 22.04:2027-04-01 21.10:2022-07-14
ubuntu 21.04:2022-01-20 20.10:2021-07-22 20.04:2025-05-31 19.10:2020-07-06 19.04:2020-01-23
ubuntu 18.10:2019-07-18 18.04:2023-05-31 17.10:2018-07-19 17.04:2018-01-13 16.10:2017-07-20
ubuntu 16.04:2021-04-02 15.10:2016-07-28 15.04:2016-02-04 14.10:2015-07-23 14.04:2019-04-02
ubuntu 13.10:2014-07-17 13.04:2014-01-27 12.10:2014-05-16 12.04:2017-04-28 11.10:2013-05-09
ubuntu 11.04:2012-10-28 10.10:2012-04-10 10.04:2013-05-09 9.10:2011-04-30 9.04:2010-10-23
ubuntu 8.10:2010-04-30 8.04:2013-05-09 7.10:2009-04-18 7.04:2008-10-19 6.10:2008-04-26
ubuntu 6.06:2011-06-01 5.10:2007-04-13 5.04:2006-10-31 4.10:2006-04-30
rhel 4:2012-02-29 5:2017-03-31 6:2020-11-30 7:2024-06-30 8:2029-05-31 9:2032-05-31 10:2035-05-31
centos 5:2017-03-31 6:2020-11-30 7:2024-06-30 8:2021-12-31
centos-stream 8:2024-05-31 9:2027-05-31 10:2030-05-31
amazon-linux 2:2026-06-30 2023:2029-06-30 2018.03:2023-12-31 2017.09:2023-12-31 2017.03:2023-12-31
amazon-linux 2016.09:2023-12-31 2016.03:2023-12-31 2015.09:2023-12-31 2015.03:2023-12-31
amazon-linux 2014.09:2023-12-31 2014.03:2023-12-31 2013.09:2023-12-31 2013.03:2023-12-31
amazon-linux 2012.09:2023-12-31 2012.03:2023-12-31 2011.09:2023-12-31 2010.11:2023-12-31
rocky-linux 8:2029-05-31 9:2032-05-31 10:2035-05-31
almalinux 8:2029-05-31 9:2032-05-31 10:2035-05-31
fedora 1:2004-09-20 2:2005-04-11 3:2006-01-16 4:2006-08-07 5:2007-07-02 6:2007-12-07 7:2008-06-13
fedora 8:2009-01-07 9:2009-07-10 10:2009-12-17 11:2010-06-25 12:2010-12-02 13:2011-06-24
fedora 14:2011-12-09 15:2012-06-26 16:2013-02-12 17:2013-07-30 18:2014-01-14 19:2015-01-06
fedora 20:2015-06-23 21:2015-12-01 22:2016-07-19 23:2016-12-20 24:2017-08-08 25:2017-12-12
fedora 26:2018-05-29 27:2018-11-30 28:2019-05-28 29:2019-11-26 30:2020-05-26 31:2020-11-24
fedora 32:2021-05-25 33:2021-11-30 34:2022-06-07 35:2022-12-13 36:2023-05-16 37:2023-12-05
fedora 38:2024-05-21 39:2024-11-26 40:2025-05-13 41:2025-12-15 42:2026-05-27 43:2026-12-09
fedora 44:2027-06-02
oracle-linux 6:2021-03-31 7:2024-12-31 8:2029-07-31 9:2032-06-30 10:open
opensuse 16.0:2027-10-31 15.6:2026-04-30 15.5:2024-12-31 15.4:2023-12-07 15.3:2022-12-31
opensuse 15.2:2022-01-04 15.1:2021-02-02 15.0:2019-12-03 42.3:2019-07-01 42.2:2018-01-26
opensuse 42.1:2017-05-17 13.2:2017-01-17 13.1:2016-02-03 12.3:2015-01-29 12.2:2014-01-15
opensuse 12.1:2013-05-15 11.4:2012-11-05 11.3:2012-01-20 11.2:2011-05-12 11.1:2011-01-14
opensuse 11.0:2010-07-26
sles 16.0:2027-11-30 15.7:2031-07-31 15.6:2025-12-31 15.5:2024-12-31 15.4:2023-12-31 15.3:2022-12-31
sles 15.2:2021-12-31 12.5:2024-10-31 15.1:2021-01-31 12.4:2020-06-30 15.0:2019-12-31 12.3:2019-06-30
sles 12.2:2018-03-31 12.1:2017-05-31 11.4:2019-03-31 12.0:2016-06-30 11.3:2016-01-31 11.2:2014-01-31
sles 10.4:2013-07-31 11.1:2012-08-31 10.3:2011-10-11 11.0:2010-12-31 10.2:2010-04-11 10.1:2008-11-30
sles 10.0:2007-12-31
vmware-photon 5.0:open 4.0:2027-10-11 3.0:2025-10-02 2.0:2022-12-01 1.0:2022-02-28
nodejs 1:ended 2:ended 3:ended 4:2018-04-30 5:2016-06-30 6:2019-04-30 7:2017-06-30 8:2019-12-31
nodejs 9:2018-06-30 10:2021-04-30 11:2019-06-30 12:2022-04-30 13:2020-06-01 14:2023-04-30
nodejs 15:2021-06-01 16:2023-09-11 17:2022-06-01 18:2025-04-30 19:2023-06-01 20:2026-04-30
nodejs 21:2024-06-01 22:2027-04-30 23:2025-06-01 24:2028-04-30 25:2026-06-01 26:2029-04-30
python 3.14:2030-10-31 3.13:2029-10-31 3.12:2028-10-31 3.11:2027-10-31 3.10:2026-10-31 3.9:2025-10-31
python 3.8:2024-10-07 3.7:2023-06-27 3.6:2021-12-23 3.5:2020-09-30 3.4:2019-03-18 3.3:2017-09-29
python 3.2:2016-02-20 2.7:2020-01-01 3.1:2012-04-09 3.0:2009-06-27 2.6:2013-10-29
go 1.27:open 1.26:open 1.25:2026-08-19 1.24:2026-02-10 1.23:2025-08-12 1.22:2025-02-11
go 1.21:2024-08-13 1.20:2024-02-06 1.19:2023-09-06 1.18:2023-02-01 1.17:2022-08-02 1.16:2022-03-15
go 1.15:2021-08-16 1.14:2021-02-16 1.13:2020-08-11 1.12:2020-02-25 1.11:2019-09-03 1.10:2019-02-25
eclipse-temurin 8:2030-12-31 11:2027-10-31 16:2021-09-30 17:2027-10-31 18:2022-09-30 19:2023-03-31
eclipse-temurin 20:2023-09-19 21:2029-12-31 22:2024-09-17 23:2025-03-18 24:2025-09-16 25:2031-09-30
eclipse-temurin 26:2026-09-15
dotnet 5:2022-05-10 6:2024-11-12 7:2024-05-14 8:2026-11-10 9:2026-11-10 10:2028-11-14 3.1:2022-12-13
dotnet 3.0:2020-03-03 2.2:2019-12-23 2.1:2021-08-21 2.0:2018-10-01 1.1:2019-06-27 1.0:2019-06-27
ruby 4.0:2029-03-31 3.4:2028-03-31 3.3:2027-03-31 3.2:2026-03-31 3.1:2025-03-26 3.0:2024-04-23
ruby 2.7:2023-03-31 2.6:2022-03-31 2.5:2021-03-31 2.4:2020-03-31 2.3:2019-03-31 2.2:2018-03-31
ruby 2.1:2017-03-31 2.0.0:2016-02-24 1.9.3:2015-02-23
php 8.5:2029-12-31 8.4:2028-12-31 8.3:2027-12-31 8.2:2026-12-31 8.1:2025-12-31 8.0:2023-11-26
php 7.4:2022-11-28 7.3:2021-12-06 7.2:2020-11-30 7.1:2019-12-01 7.0:2019-01-10 5.6:2018-12-31
php 5.5:2016-07-21 5.4:2015-09-14 5.3:2014-08-14 5.2:2011-01-06 5.1:2006-08-24 5.0:2005-09-05
rust 1.98:open 1.97:2026-08-20 1.96:2026-07-09 1.95:2026-05-28 1.94:2026-04-16 1.93:2026-03-06
rust 1.92:2026-01-22 1.91:2025-12-11 1.90:2025-10-30 1.89:2025-09-18 1.88:2025-08-07 1.87:2025-06-26
rust 1.86:2025-05-15 1.85:2025-04-03 1.84:2025-02-20 1.83:2025-01-09 1.82:2024-11-28 1.81:2024-10-17
rust 1.80:2024-09-05 1.79:2024-07-25 1.78:2024-06-13 1.77:2024-05-02 1.76:2024-03-21 1.75:2024-02-08
rust 1.74:2023-12-28 1.73:2023-11-17 1.72:2023-10-06 1.71:2023-08-25 1.70:2023-07-14 1.69:2023-06-02
rust 1.68:2023-04-21 1.67:2023-03-10 1.66:2023-01-27 1.65:2022-12-16 1.64:2022-11-04 1.63:2022-09-23
rust 1.62:2022-09-12 1.61:2022-07-01 1.60:2022-05-20 1.59:2022-04-08 1.58:2022-02-25 1.57:2022-01-14
rust 1.56:2021-12-03 1.55:2021-10-22 1.54:2021-09-10 1.53:2021-07-30 1.52:2021-06-18 1.51:2021-05-07
rust 1.50:2021-03-26 1.49:2021-02-12 1.48:2021-01-01 1.47:2020-11-20 1.46:2020-10-08 1.45:2020-08-28
rust 1.44:2020-07-17 1.43:2020-06-05 1.42:2020-04-24 1.41:2020-03-13 1.40:2020-01-31 1.39:2019-12-20
rust 1.38:2019-11-08 1.37:2019-09-27 1.36:2019-08-16 1.35:2019-07-04 1.34:2019-05-24 1.33:2019-04-12
rust 1.32:2019-03-01 1.31:2019-01-18 1.30:2018-12-07 1.29:2018-10-26
perl 5.44:2029-07-15 5.42:2028-07-03 5.40:2027-06-09 5.38:2026-07-02 5.36:2025-05-27 5.34:2024-05-20
perl 5.32:2023-06-20 5.30:2022-05-22 5.28:2021-06-23 5.26:2020-05-30
deno 1:2024-10-09 2.9:open 2.8:2026-06-25 2.7:2026-05-22 2.6:2026-02-25 2.5:2026-04-30 2.4:2025-09-10
deno 2.3:2025-07-01 2.2:2025-10-31 2.1:2025-04-30 2.0:2024-11-21
`;var table;function lifecycles(){if(table!==void 0)return table;let products=new Map;for(let line of LIFECYCLE_TABLE.trim().split(`
`)){let[product="",...cycles]=line.split(" "),known=products.get(product)??new Map;products.set(product,known);for(let cycle of cycles){let colon=cycle.lastIndexOf(":");known.set(cycle.slice(0,colon),endOf(cycle.slice(colon+1)))}}return table=products,products}function endOf(text){return text==="open"||text==="ended"?{kind:text}:{kind:"date",date:text}}function cycleOf(product,version){let cycles=lifecycles().get(product),parts=version.split(".");for(let length=parts.length;length>0;length-=1){let cycle=parts.slice(0,length).join("."),end=cycles?.get(cycle);if(end!==void 0)return{cycle,end}}}function isNewerThanTable(product,version){let cycles=[...lifecycles().get(product)?.keys()??[]];return cycles.length>0&&cycles.every(cycle=>compareNatural(version,cycle)>0)}function hasEnded(end,now){return end.kind==="date"?now.toISOString().slice(0,10)>end.date:end.kind==="ended"}function supportOf({name,product,version},lastDays={}){let known=product===null||version===void 0?void 0:cycleOf(product,version),cycle=known?.cycle??version??"",key=`${product??name} ${cycle}`.trim(),date=lastDays[key];return{reported:`${name} ${cycle}`.trim(),key,end:date===void 0?known?.end:{kind:"date",date},isNew:product!==null&&version!==void 0&&isNewerThanTable(product,version)}}function untilWhen(end){return end.kind==="date"?`until ${end.date}`:end.kind==="open"?"without an announced end":"no longer"}var MAJOR=/^[0-9]+/,MAJOR_MINOR=/^[0-9]+\.[0-9]+/,bitnami=(name,numbers=3)=>({ecosystem:"Bitnami",names:[name],numbers}),COMPONENTS={node:{label:"Node.js",advisories:bitnami("node"),lifecycle:{product:"nodejs",cycle:MAJOR}},openjdk:{label:"Java",advisories:bitnami("jre"),lifecycle:{product:"eclipse-temurin",cycle:/(?<=^(?:1\.)?)(?!1\.)[0-9]+/}},python:{label:"Python",advisories:bitnami("python"),lifecycle:{product:"python",cycle:MAJOR_MINOR}},dotnet:{label:".NET",advisories:bitnami("dotnet"),lifecycle:{product:"dotnet",cycle:/^(?:[0-3]\.[0-9]+|[0-9]+)/}},"aspnet-core":{label:"ASP.NET Core"},php:{label:"PHP",advisories:bitnami("php"),lifecycle:{product:"php",cycle:MAJOR_MINOR}},ruby:{label:"Ruby",advisories:bitnami("ruby"),lifecycle:{product:"ruby",cycle:MAJOR_MINOR}},perl:{label:"Perl",lifecycle:{product:"perl",cycle:MAJOR_MINOR}},go:{label:"Go",advisories:{ecosystem:"Go",names:["stdlib","toolchain"],numbers:2},lifecycle:{product:"go",cycle:MAJOR_MINOR}},deno:{label:"Deno",lifecycle:{product:"deno",cycle:/^(?:1(?=\.)|[0-9]+\.[0-9]+)/}},bun:{label:"Bun"},nginx:{label:"nginx",advisories:bitnami("nginx")},httpd:{label:"Apache HTTP Server",advisories:bitnami("apache")},redis:{label:"Redis",advisories:bitnami("redis")},postgresql:{label:"PostgreSQL",advisories:bitnami("postgresql",2)},openssl:{label:"OpenSSL"}};function componentOf(name){return Object.hasOwn(COMPONENTS,name)?COMPONENTS[name]:void 0}function semanticVersion(version,numbers){let java8=/^1\.8\.0_([0-9]+)/.exec(version)?.[1];if(java8!==void 0)return`8.0.${java8}`;let[,major,minor,patch,stage]=/^([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.[0-9]+)*(?:-?((?:alpha|beta|a|b|rc|RC|preview)\.?[0-9]*))?/.exec(version)??[],isWhole=(numbers===3?patch:minor)!==void 0||/^[0-9]+\+[0-9]/.test(version);if(!(major===void 0||!isWhole))return`${major}.${minor??"0"}.${patch??"0"}${stage===void 0?"":`-${stage}`}`}var DISTRIBUTIONS={alpine:{product:"alpine-linux",name:"Alpine Linux"},debian:{product:"debian",name:"Debian"},ubuntu:{product:"ubuntu",name:"Ubuntu"},rhel:{product:"rhel",name:"Red Hat Enterprise Linux"},centos:{product:"centos",name:"CentOS"},amzn:{product:"amazon-linux",name:"Amazon Linux"},rocky:{product:"rocky-linux",name:"Rocky Linux"},almalinux:{product:"almalinux",name:"AlmaLinux"},fedora:{product:"fedora",name:"Fedora"},ol:{product:"oracle-linux",name:"Oracle Linux"},opensuse:{product:"opensuse",name:"openSUSE"},"opensuse-leap":{product:"opensuse",name:"openSUSE Leap"},sles:{product:"sles",name:"SUSE Linux Enterprise Server"},sle_hpc:{product:"sles",name:"SUSE Linux Enterprise Server"},photon:{product:"vmware-photon",name:"Photon OS"}},CENTOS_STREAM={product:"centos-stream",name:"CentOS Stream"},ROLLING=new Set(["wolfi","chainguard","minimos","arch","opensuse-tumbleweed","gentoo","void"]),FOLLOWS_UPSTREAM=new Set(["wolfi","chainguard","minimos"]);function supportedParts(tree,inventory){let{distribution}=inventory,parts=[...distribution===null||isRolling(distribution)?[]:[distributionPart(distribution)],...distribution!==null&&FOLLOWS_UPSTREAM.has(distribution.id)?packagedRuntimes(inventory):[],...ownRuntimes(tree,inventory)],seen=new Set;return parts.filter(({product,version})=>{let key=`${product} ${version}`;return!seen.has(key)&&seen.add(key)!==void 0})}function isRolling({id,versionId}){return ROLLING.has(id)||id==="debian"&&versionId===void 0||id==="alpine"&&/_alpha|edge/.test(versionId??"")}function distributionPart({id,versionId,prettyName,where}){let isStream=id==="centos"&&/stream/i.test(prettyName??""),{product,name}=isStream?CENTOS_STREAM:DISTRIBUTIONS[id]??{product:null,name:id};return{role:"distribution",name,product,...optionalField("version",versionId),where:`/${where}`}}var STREAMS=[{pattern:/^nodejs-([0-9]+)$/,product:"nodejs",name:"Node.js"},{pattern:/^python-([0-9]+\.[0-9]+)(?:-base)?$/,product:"python",name:"Python"},{pattern:/^go-([0-9]+\.[0-9]+)$/,product:"go",name:"Go"},{pattern:/^openjdk-([0-9]+)(?:-jre|-jdk)?$/,product:"eclipse-temurin",name:"OpenJDK"},{pattern:/^ruby-([0-9]+\.[0-9]+)$/,product:"ruby",name:"Ruby"},{pattern:/^php-([0-9]+\.[0-9]+)$/,product:"php",name:"PHP"},{pattern:/^(?:dotnet|aspnet)-([0-9]+)-runtime$/,product:"dotnet",name:".NET"}];function packagedRuntimes({packages}){return packages.flatMap(one=>STREAMS.flatMap(({pattern,product,name})=>{let version=pattern.exec(one.name)?.[1];return version===void 0?[]:[{role:"runtime",name,product,version,where:`package ${one.name}`}]}))}function ownRuntimes(tree,inventory){let parts=[];for(let{type,name:component,version,where,partOf}of inventory.packages){let known=type==="generic"&&partOf===void 0?componentOf(component):void 0,cycle=known?.lifecycle?.cycle.exec(version)?.[0];if(known?.lifecycle===void 0||cycle===void 0)continue;let{product}=known.lifecycle;parts.push({role:"runtime",name:known.label,product,version:cycle,where:`/${where}`})}for(let{path}of tree.list("usr/local/rustup/toolchains")){let version=/\/([0-9]+\.[0-9]+)\.[0-9]+-[^/]+$/.exec(path)?.[1];version!==void 0&&parts.push({role:"runtime",name:"Rust",product:"rust",version,where:`/${path}`})}return parts}export{LIFECYCLE_DATE,hasEnded,supportOf,untilWhen,componentOf,semanticVersion,supportedParts,isRolling,distributionPart};
