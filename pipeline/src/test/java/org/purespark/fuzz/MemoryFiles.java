// SPDX-License-Identifier: Apache-2.0
package org.purespark.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** Files in memory, so that thousands are read in a second. A directory is there if a file is in it. */
public final class MemoryFiles extends FileSystem {
    private static final URI ADDRESS = URI.create("memory://files/");

    private final SortedMap<String, byte[]> files = new TreeMap<>();

    /** A configuration under which the addresses {@code memory://files/…} are such files. */
    public static Configuration configuration() {
        Configuration configuration = new Configuration(false);
        configuration.setClass("fs.memory.impl", MemoryFiles.class, FileSystem.class);
        return configuration;
    }

    /** The files of that configuration; there is one set of them in a process. */
    public static MemoryFiles of(Configuration configuration) throws IOException {
        return (MemoryFiles) FileSystem.get(ADDRESS, configuration);
    }

    /** The address of a file by its path, such as {@code /model/config.json}. */
    public static String address(String path) {
        return ADDRESS.resolve(path).toString();
    }

    /** Puts the file there, or in the place of the one that is there. */
    public void put(String path, byte[] content) {
        files.put(path, content);
    }

    /** Removes all files. */
    public void clear() {
        files.clear();
    }

    @Override
    public URI getUri() {
        return ADDRESS;
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return new FSDataInputStream(new Content(content(path)));
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        String name = name(path);
        return new FSDataOutputStream(
                new ByteArrayOutputStream() {
                    @Override
                    public void close() {
                        put(name, toByteArray());
                    }
                },
                null);
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("append to " + path);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        put(name(to), content(from));
        return files.remove(name(from)) != null;
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        boolean any = files.remove(name(path)) != null;
        return files.keySet().removeIf(name -> name.startsWith(name(path) + "/")) || any;
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        if (files.containsKey(name(path))) {
            return new FileStatus[] {getFileStatus(path)};
        }
        String prefix = name(path).equals("/") ? "/" : name(path) + "/";
        List<FileStatus> found = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (String name : files.keySet()) {
            if (name.startsWith(prefix)) {
                int end = name.indexOf('/', prefix.length());
                String child = end < 0 ? name : name.substring(0, end);
                if (!seen.contains(child)) {
                    seen.add(child);
                    found.add(getFileStatus(new Path(ADDRESS.getScheme(), ADDRESS.getAuthority(), child)));
                }
            }
        }
        return found.toArray(FileStatus[]::new);
    }

    @Override
    public void setWorkingDirectory(Path directory) {
        throw new UnsupportedOperationException("working directory " + directory);
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(ADDRESS);
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) {
        return true;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        byte[] content = files.get(name(path));
        if (content != null) {
            return new FileStatus(content.length, false, 1, 1, 0, path);
        }
        String prefix = name(path).equals("/") ? "/" : name(path) + "/";
        SortedMap<String, byte[]> from = files.tailMap(prefix);
        if (from.isEmpty() || !from.firstKey().startsWith(prefix)) {
            throw new FileNotFoundException(path.toString());
        }
        return new FileStatus(0, true, 1, 1, 0, path);
    }

    private byte[] content(Path path) throws FileNotFoundException {
        byte[] content = files.get(name(path));
        if (content == null) {
            throw new FileNotFoundException(path.toString());
        }
        return content;
    }

    private static String name(Path path) {
        return path.toUri().getPath();
    }

    private static final class Content extends FSInputStream {
        private final byte[] bytes;
        private int position;

        Content(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void seek(long to) throws IOException {
            if (to < 0 || to > bytes.length) {
                throw new EOFException("position " + to + " of " + bytes.length);
            }
            position = (int) to;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public boolean seekToNewSource(long to) {
            return false;
        }

        @Override
        public int read() {
            return position < bytes.length ? bytes[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int from, int count) {
            if (count == 0) {
                return 0;
            }
            int read = Math.min(count, bytes.length - position);
            if (read <= 0) {
                return -1;
            }
            System.arraycopy(bytes, position, target, from, read);
            position += read;
            return read;
        }

        @Override
        public int available() {
            return bytes.length - position;
        }
    }
}
