// Makes a signed repository of apk packages, for apko to build images from.
//
// SOURCES has a directory a package: PKGINFO, in apk's own form, and root/, the files that it brings. OUT gets KEY, its
// private half, and ARCH/ with the packages and their index.
//
// Usage: apk-repository make SOURCES OUT KEY   KEY is a file name such as wolfi-signing.rsa.pub
//
//	apk-repository list DATABASE          what apko itself reads in an image's database: a line a package and a file
//
// See https://wiki.alpinelinux.org/wiki/Apk_spec
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chainguard.dev/apko/pkg/apk/apk"
	"chainguard.dev/apko/pkg/apk/signature"
)

// What apko calls linux/amd64.
const arch = "x86_64"

var builtAt = time.Unix(1_700_000_000, 0)

func main() {
	var err error
	switch {
	case len(os.Args) == 5 && os.Args[1] == "make":
		err = makeRepository(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 3 && os.Args[1] == "list":
		err = listInstalled(os.Args[2])
	default:
		err = fmt.Errorf("usage: apk-repository make SOURCES OUT KEY | list DATABASE")
	}
	if err != nil {
		log.Fatal(err)
	}
}

func listInstalled(database string) error {
	file, err := os.Open(database)
	if err != nil {
		return err
	}
	defer file.Close()
	packages, err := apk.ParseInstalled(file)
	if err != nil {
		return err
	}
	for _, one := range packages {
		fmt.Printf("package\t%s\t%s\t%s\n", one.Name, one.Version, one.Origin)
		for _, file := range one.Files {
			if file.Typeflag != tar.TypeDir {
				fmt.Printf("file\t%s\t%s\n", one.Name, file.Name)
			}
		}
	}
	return nil
}

func makeRepository(sources, out, key string) error {
	if err := os.MkdirAll(filepath.Join(out, arch), 0o755); err != nil {
		return err
	}
	privateKey, err := makeKey(out, key)
	if err != nil {
		return err
	}
	directories, err := os.ReadDir(sources)
	if err != nil {
		return err
	}
	index := &apk.APKIndex{Description: "made for a test"}
	for _, directory := range directories {
		made, err := makePackage(filepath.Join(sources, directory.Name()))
		if err != nil {
			return fmt.Errorf("%s: %w", directory.Name(), err)
		}
		// The library's own reading: what it can't read is no package.
		one, err := apk.ParsePackage(context.Background(), bytes.NewReader(made), uint64(len(made)))
		if err != nil {
			return fmt.Errorf("%s: %w", directory.Name(), err)
		}
		index.Packages = append(index.Packages, one)
		if err := os.WriteFile(filepath.Join(out, arch, one.Filename()), made, 0o644); err != nil {
			return err
		}
	}
	archive, err := apk.ArchiveFromIndex(index)
	if err != nil {
		return err
	}
	unsigned, err := io.ReadAll(archive)
	if err != nil {
		return err
	}
	signed, err := sign(unsigned, privateKey, key)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, arch, "APKINDEX.tar.gz"), signed, 0o644)
}

// makeKey writes a new key pair and returns the path of its private half.
func makeKey(out, name string) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, strings.TrimSuffix(name, ".pub"))
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(path, private, 0o600); err != nil {
		return "", err
	}
	written := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	return path, os.WriteFile(filepath.Join(out, name), written, 0o644)
}

// makePackage packs one directory: a gzip stream of control files, and one of the files that it brings.
func makePackage(directory string) ([]byte, error) {
	data, err := compressed(func(archive *tar.Writer) error { return addTree(archive, filepath.Join(directory, "root")) }, true)
	if err != nil {
		return nil, err
	}
	info, err := os.ReadFile(filepath.Join(directory, "PKGINFO"))
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(data)
	info = fmt.Appendf(info, "arch = %s\nbuilddate = %d\ndatahash = %s\n", arch, builtAt.Unix(), hex.EncodeToString(hash[:]))
	control, err := compressed(func(archive *tar.Writer) error { return addFile(archive, ".PKGINFO", 0o644, info, nil) }, false)
	if err != nil {
		return nil, err
	}
	return append(control, data...), nil
}

// addTree adds every file below root, each with its SHA-1 in the record that apk looks for.
func addTree(archive *tar.Writer, root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := int64(info.Mode().Perm())
		for bit, value := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
			if info.Mode()&bit != 0 {
				mode |= value
			}
		}
		switch info.Mode().Type() {
		case fs.ModeDir:
			return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, ModTime: builtAt})
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return archive.WriteHeader(&tar.Header{
				Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777, ModTime: builtAt,
				PAXRecords: checksum([]byte(target)),
			})
		default:
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return addFile(archive, name, mode, content, checksum(content))
		}
	})
}

func addFile(archive *tar.Writer, name string, mode int64, content []byte, records map[string]string) error {
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content)), ModTime: builtAt, PAXRecords: records,
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := archive.Write(content)
	return err
}

func checksum(content []byte) map[string]string {
	hash := sha1.Sum(content)
	return map[string]string{"APK-TOOLS.checksum.SHA1": hex.EncodeToString(hash[:])}
}

// compressed packs a tar archive. One that another follows has no end: apk reads both as one.
func compressed(fill func(*tar.Writer) error, isLast bool) ([]byte, error) {
	var packed bytes.Buffer
	compressor := gzip.NewWriter(&packed)
	archive := tar.NewWriter(compressor)
	if err := fill(archive); err != nil {
		return nil, err
	}
	finish := archive.Flush
	if isLast {
		finish = archive.Close
	}
	if err := finish(); err != nil {
		return nil, err
	}
	if err := compressor.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// sign puts a signature over an index in front of it.
func sign(index []byte, privateKey, key string) ([]byte, error) {
	digest := sha256.Sum256(index)
	made, err := signature.RSASignDigest(digest[:], crypto.SHA256, privateKey, "")
	if err != nil {
		return nil, err
	}
	head, err := compressed(func(archive *tar.Writer) error {
		return addFile(archive, ".SIGN.RSA256."+key, 0o644, made, nil)
	}, false)
	if err != nil {
		return nil, err
	}
	return append(head, index...), nil
}
