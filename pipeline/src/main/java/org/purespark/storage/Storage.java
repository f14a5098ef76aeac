// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;
import org.purespark.InputException;

/**
 * Files by address on any Hadoop file system ({@code file:}, {@code s3a:}, {@code hdfs:}); an address without a scheme
 * is on the configured default file system. The whole project reads and writes files through this class.
 */
public final class Storage {
    /** The content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Something that is done with a path. */
    @FunctionalInterface
    interface Operation<T> {
        T on(FileSystem files, Path path) throws IOException;
    }

    /** Stands between a file that is opened and its reader. */
    @FunctionalInterface
    interface Watch {
        InputStream over(String address, InputStream in);
    }

    private final Configuration configuration;
    private final StoreFailures failures;
    private final Watch watch;

    public Storage(Configuration configuration) {
        this(configuration, (address, in) -> in);
    }

    private Storage(Configuration configuration, Watch watch) {
        this.configuration = configuration;
        this.failures = new StoreFailures(configuration);
        this.watch = watch;
    }

    /** The same files; {@code reader} sees what is read. */
    Storage watchedBy(Watch reader) {
        return new Storage(configuration, reader);
    }

    /** The address of {@code name} in the directory {@code parent}. */
    public static String child(String parent, String name) {
        return parent.endsWith("/") ? parent + name : parent + "/" + name;
    }

    /** A stream of the file's bytes; on object stores it fails if it cannot give all of them. */
    public InputStream open(String address) throws IOException {
        return watch.over(address, with(address, (files, path) -> {
            LocalFiles.requireRegular(files, path);
            return isInPlace(files.getUri().getScheme())
                    ? LocalFiles.told(path, files.open(path))
                    : new WholeInput(files, files.getFileStatus(path));
        }));
    }

    /** The file, to be read from any place; to its whole length, as with {@link #open}. */
    public SeekableInput openSeekable(String address) throws IOException {
        return with(address, (files, path) -> {
            LocalFiles.requireRegular(files, path);
            return new WholeInput(files, files.getFileStatus(path));
        });
    }

    /** Bytes in the file. */
    public long size(String address) throws IOException {
        return with(address, (files, path) -> files.getFileStatus(path).getLen());
    }

    /**
     * The whole file.
     *
     * @throws InputException if it is larger than such a file may be
     */
    public byte[] read(String address, FileKind kind) throws IOException {
        try (InputStream in = open(address)) {
            byte[] content = in.readNBytes(kind.mostBytes());
            if (content.length == kind.mostBytes() && in.read() >= 0) {
                throw new InputException("cannot read " + address + ": it has more than " + kind.mostText()
                        + ", the most for " + kind.description());
            }
            return content;
        }
    }

    /**
     * The whole file as text.
     *
     * @throws InputException if it is larger than such a file may be, or not UTF-8
     */
    public String readText(String address, FileKind kind) throws IOException {
        return Utf8Text.of(read(address, kind), address);
    }

    /** What the link at this address names, if that is not there; empty for anything else. */
    public Optional<String> missingTarget(String address) throws IOException {
        return with(address, LocalFiles::missingTarget);
    }

    /**
     * Writes a file; parents are made, an existing one is replaced. On object stores it appears at the end, as a whole;
     * if {@code content} fails, nothing appears.
     */
    public void write(String address, Content content) throws IOException {
        with(address, (files, path) -> {
            write(files, path, content);
            return null;
        });
    }

    /**
     * Writes the file beside its place, then moves it there: a reader sees the old one or the new one, never a part.
     */
    public void replace(String address, byte[] content) throws IOException {
        replace(address, out -> out.write(content));
    }

    /**
     * Writes the file beside its place, then moves it there: a reader sees the old one or the new one, never a part. If
     * {@code content} fails, the old one stays and nothing is beside it.
     */
    public void replace(String address, Content content) throws IOException {
        with(address, (files, path) -> {
            String scheme = files.getUri().getScheme();
            if (isInPlace(scheme)) {
                replaceByRenaming(files, path, content);
            } else {
                write(files, path, content);
            }
            return null;
        });
    }

    private void replaceByRenaming(FileSystem files, Path path, Content content) throws IOException {
        if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
            throw new IOException(path + " is a directory, no file can be written there");
        }
        Path aside = Addresses.child(path.getParent(), "." + path.getName() + ".tmp");
        try (OutputStream out = files.create(aside, true)) {
            content.writeTo(out);
        } catch (IOException | RuntimeException | Error e) {
            files.delete(aside, false);
            throw e;
        }
        if ("hdfs".equals(files.getUri().getScheme())) {
            FileContext.getFileContext(aside.toUri(), configuration)
                    .rename(files.makeQualified(aside), files.makeQualified(path), Options.Rename.OVERWRITE);
        } else if (!files.rename(aside, path)) {
            throw new IOException("cannot put " + aside + " in the place of " + path);
        }
    }

    /** Whether readers see a file while it is written. In other stores a file is one object that appears as a whole. */
    static boolean isInPlace(String scheme) {
        return "file".equals(scheme) || "hdfs".equals(scheme);
    }

    private static FSDataOutputStream create(FileSystem files, Path path) throws IOException {
        if (isInPlace(files.getUri().getScheme())) {
            return files.create(path, true);
        }
        // A run directory's file never has the name of a directory, so S3A need not check this before each file
        FSDataOutputStreamBuilder<?, ?> builder = files.createFile(path);
        builder.recursive();
        builder.overwrite(true);
        builder.opt("fs.s3a.create.performance", true);
        return builder.build();
    }

    static void write(FileSystem files, Path path, Content content) throws IOException {
        FSDataOutputStream out = create(files, path);
        try {
            content.writeTo(out);
        } catch (IOException | RuntimeException | Error failure) {
            giveUp(out, failure);
            throw failure;
        }
        out.close();
    }

    /** Ends the upload without a result: closing would publish the part that is written. */
    private static void giveUp(FSDataOutputStream out, Throwable failure) {
        try {
            if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
                out.abort();
            } else {
                out.close();
            }
        } catch (IOException | RuntimeException | FSError e) {
            failure.addSuppressed(e);
        }
    }

    public void replace(String address, String content) throws IOException {
        replace(address, content.getBytes(StandardCharsets.UTF_8));
    }

    public boolean exists(String address) throws IOException {
        return with(address, FileSystem::exists);
    }

    public boolean isDirectory(String address) throws IOException {
        try {
            return with(address, (files, path) -> files.getFileStatus(path).isDirectory());
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Names (not addresses) of the files directly in the directory, sorted. */
    public List<String> fileNames(String directory) throws IOException {
        List<String> names = new ArrayList<>();
        for (FileStatus status : with(directory, FileSystem::listStatus)) {
            if (status.isFile()) {
                names.add(status.getPath().getName());
            }
        }
        names.sort(null);
        return names;
    }

    /** Names of the files in the directory and below it, relative to it ({@code part=1/a.parquet}), sorted. */
    public List<String> fileNamesBelow(String directory) throws IOException {
        return with(directory, (files, path) -> {
            String base = files.makeQualified(path).toUri().getPath();
            int prefix = base.endsWith("/") ? base.length() : base.length() + 1;
            List<String> names = new ArrayList<>();
            for (FileStatus file : filesBelow(files, path)) {
                names.add(file.getPath().toUri().getPath().substring(prefix));
            }
            names.sort(null);
            return names;
        });
    }

    /**
     * Stamps of the file, or of the files in and below the directory, sorted by name; empty if there is nothing. Hidden
     * files, whose names begin with a dot, are left out.
     */
    public List<FileStamp> stamps(String address) throws IOException {
        return with(address, (files, path) -> {
            FileStatus status;
            try {
                status = files.getFileStatus(path);
            } catch (FileNotFoundException e) {
                return List.of();
            }
            if (status.isFile()) {
                return List.of(
                        new FileStamp(status.getPath().getName(), status.getLen(), status.getModificationTime()));
            }
            int prefix = status.getPath().toUri().getPath().length() + 1;
            List<FileStamp> stamps = new ArrayList<>();
            for (FileStatus file : filesBelow(files, status.getPath())) {
                String name = file.getPath().toUri().getPath().substring(prefix);
                if (!name.startsWith(".") && !name.contains("/.")) {
                    stamps.add(new FileStamp(name, file.getLen(), file.getModificationTime()));
                }
            }
            stamps.sort(Comparator.comparing(FileStamp::name));
            return stamps;
        });
    }

    /** On local files Hadoop's own listing starts a process for each file, to find its permissions. */
    private static List<FileStatus> filesBelow(FileSystem files, Path directory) throws IOException {
        List<FileStatus> found = new ArrayList<>();
        if ("file".equals(files.getUri().getScheme())) {
            for (FileStatus status : files.listStatus(directory)) {
                if (status.isDirectory()) {
                    found.addAll(filesBelow(files, status.getPath()));
                } else {
                    found.add(status);
                }
            }
            return found;
        }
        RemoteIterator<LocatedFileStatus> listed = files.listFiles(directory, true);
        while (listed.hasNext()) {
            found.add(listed.next());
        }
        return found;
    }

    /** The absolute address with its file system, so that it means the same on every machine. */
    public String qualified(String address) throws IOException {
        return with(address, FileSystem::makeQualified).toString();
    }

    /** Resolves an address that may be relative to the directory of the file {@code from}; absolute ones stay. */
    public static String beside(String from, String address) {
        Path path = new Path(address);
        Path parent = new Path(from).getParent();
        return path.isAbsolute() || parent == null ? address : new Path(parent, path).toString();
    }

    public void makeDirectory(String address) throws IOException {
        if (!with(address, FileSystem::mkdirs)) {
            throw new IOException("cannot make the directory " + address);
        }
    }

    /** Removes the file, or the directory with everything in it; does nothing if it is missing. */
    public void delete(String address) throws IOException {
        with(address, (files, path) -> files.delete(path, true));
    }

    /** Removes the directory if there is nothing in it. */
    public void deleteIfEmpty(String directory) throws IOException {
        with(directory, (files, path) -> {
            if (files.exists(path) && files.listStatus(path).length == 0) {
                files.delete(path, false);
            }
            return null;
        });
    }

    /**
     * Moves a file or a directory to a place where there is nothing. Object stores copy it and then delete it: an
     * interruption leaves a part.
     */
    public void move(String from, String to) throws IOException {
        Path target = Addresses.path(to);
        if (exists(to)) {
            throw new IOException("cannot move " + from + " to " + to + ": something is there");
        }
        if (!with(from, (files, path) -> files.rename(path, target))) {
            throw new IOException("cannot move " + from + " to " + to);
        }
    }

    /** A small text file that several processes may want to write. */
    public ExclusiveFile exclusive(String address) {
        return new ExclusiveFile(this, address);
    }

    /** The one address of what an address means: absolute, local ones without symbolic links. */
    public String canonical(String address) throws IOException {
        return with(address, (files, path) -> {
            Path whole = files.makeQualified(path);
            return "file".equals(files.getUri().getScheme())
                    ? "file:" + Addresses.withoutLinks(whole.toUri().getPath())
                    : whole.toString();
        });
    }

    /** The Hadoop configuration. */
    public Configuration configuration() {
        return configuration;
    }

    <T> T with(String address, Operation<T> operation) throws IOException {
        Path path = Addresses.path(address);
        StoreFailures.requireNoSecret(path);
        try {
            FileSystem files = fileSystem(path);
            if ("file".equals(files.getUri().getScheme())) {
                Addresses.requireWritableName(path);
            }
            return operation.on(files, path);
        } catch (FSError e) {
            throw StorageException.of(path, e.getCause());
        } catch (IOException e) {
            throw failures.explained(path, e);
        }
    }

    private FileSystem fileSystem(Path path) throws IOException {
        FileSystem files = path.getFileSystem(configuration);
        // Without Hadoop's .crc files beside local files. With them, reading fails after a person edits a file, or
        // after a writer dies between the two renames. And they do not belong into a directory that other programs
        // load.
        return files instanceof LocalFileSystem local ? local.getRaw() : files;
    }
}
