package org.purespark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Files by address on any Hadoop file system ({@code file:}, {@code s3a:}, {@code hdfs:}); an address without a scheme
 * is on the configured default file system. Reading and writing of the whole project goes through here.
 */
public final class Storage {
    private final Configuration configuration;

    public Storage(Configuration configuration) {
        this.configuration = configuration;
    }

    /** The address of {@code name} in the directory {@code parent}. */
    public static String child(String parent, String name) {
        return parent.endsWith("/") ? parent + name : parent + "/" + name;
    }

    /** The address with its scheme and from the root on: what it means to this process, it means to all. */
    public String absolute(String address) throws IOException {
        return fileSystem(address).makeQualified(new Path(address)).toString();
    }

    public InputStream open(String address) throws IOException {
        return fileSystem(address).open(new Path(address));
    }

    /** Bytes in the file. */
    public long size(String address) throws IOException {
        return fileSystem(address).getFileStatus(new Path(address)).getLen();
    }

    public byte[] read(String address) throws IOException {
        try (InputStream in = open(address)) {
            return in.readAllBytes();
        }
    }

    public String readText(String address) throws IOException {
        return new String(read(address), StandardCharsets.UTF_8);
    }

    /** A stream to a new file; parents are made, an existing file is replaced. It appears whole only on close on object stores. */
    public OutputStream create(String address) throws IOException {
        return fileSystem(address).create(new Path(address), true);
    }

    /** Writes the file beside its place, then puts it there: a reader sees the old one or the new one, never a part. */
    public void replace(String address, byte[] content) throws IOException {
        FileSystem files = fileSystem(address);
        Path path = new Path(address);
        String scheme = files.getUri().getScheme();
        if (!"file".equals(scheme) && !"hdfs".equals(scheme)) {
            try (OutputStream out = files.create(path, true)) {
                out.write(content);
            }
            return;
        }
        Path aside = new Path(path.getParent(), "." + path.getName() + ".tmp");
        try (OutputStream out = files.create(aside, true)) {
            out.write(content);
        }
        if ("hdfs".equals(scheme)) {
            FileContext.getFileContext(aside.toUri(), configuration)
                    .rename(files.makeQualified(aside), files.makeQualified(path), Options.Rename.OVERWRITE);
        } else if (!files.rename(aside, path)) {
            throw new IOException("cannot put " + aside + " in the place of " + path);
        }
    }

    public void replace(String address, String content) throws IOException {
        replace(address, content.getBytes(StandardCharsets.UTF_8));
    }

    public boolean exists(String address) throws IOException {
        return fileSystem(address).exists(new Path(address));
    }

    public boolean isDirectory(String address) throws IOException {
        try {
            return fileSystem(address).getFileStatus(new Path(address)).isDirectory();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Names (not addresses) of the files directly in the directory, sorted. */
    public List<String> fileNames(String directory) throws IOException {
        List<String> names = new ArrayList<>();
        for (FileStatus status : fileSystem(directory).listStatus(new Path(directory))) {
            if (status.isFile()) {
                names.add(status.getPath().getName());
            }
        }
        names.sort(null);
        return names;
    }

    /** Names of the files in the directory and in those below it, relative to it ({@code part=1/a.parquet}), sorted. */
    public List<String> fileNamesBelow(String directory) throws IOException {
        FileSystem files = fileSystem(directory);
        String base = files.makeQualified(new Path(directory)).toUri().getPath();
        int prefix = base.endsWith("/") ? base.length() : base.length() + 1;
        List<String> names = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = files.listFiles(new Path(directory), true);
        while (found.hasNext()) {
            names.add(found.next().getPath().toUri().getPath().substring(prefix));
        }
        names.sort(null);
        return names;
    }

    public void makeDirectory(String address) throws IOException {
        if (!fileSystem(address).mkdirs(new Path(address))) {
            throw new IOException("cannot make the directory " + address);
        }
    }

    /** Removes the file, or the directory with all in it; nothing happens where it is absent. */
    public void delete(String address) throws IOException {
        fileSystem(address).delete(new Path(address), true);
    }

    /** The configuration that addresses are resolved with. */
    public Configuration configuration() {
        return configuration;
    }

    private FileSystem fileSystem(String address) throws IOException {
        FileSystem files = new Path(address).getFileSystem(configuration);
        // Without Hadoop's .crc files beside local ones: they fail the reading of a file that a person has edited, or
        // whose writer died between the two renames, and do not belong into a directory that others load
        return files instanceof LocalFileSystem local ? local.getRaw() : files;
    }
}
