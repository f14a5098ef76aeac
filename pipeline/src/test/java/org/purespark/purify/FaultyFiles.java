// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;
import org.purespark.storage.Storage;

/** Local files of which one operation fails, the one with a chosen number; all others are done. */
public final class FaultyFiles extends LocalFileSystem {
    /** What goes wrong. */
    enum Fault {
        /** The disk is full; Hadoop reports it as an Error. */
        FULL,
        /** A permission is lost. */
        DENIED,
        /** The file is gone. */
        VANISHED,
        /** The device fails. */
        BROKEN
    }

    /** The operations of one storage, in the order in which they come. */
    static final class Plan {
        private final long failing;
        private final Fault fault;
        private final List<String> operations = new ArrayList<>();

        /** @param failing number of the operation that fails, from 0; negative: none does */
        Plan(long failing, Fault fault) {
            this.failing = failing;
            this.fault = fault;
        }

        synchronized List<String> operations() {
            return List.copyOf(operations);
        }

        private synchronized boolean strikes(String operation, Path path) {
            operations.add(operation + " " + path.getName());
            return operations.size() - 1 == failing;
        }

        private void before(String operation, Path path) throws IOException {
            if (strikes(operation, path)) {
                throw failure(path);
            }
        }

        private IOException failure(Path path) {
            return switch (fault) {
                case FULL -> new IOException("No space left on device: " + path);
                case DENIED -> new AccessControlException("Permission denied: " + path);
                case VANISHED -> new FileNotFoundException("File " + path + " does not exist");
                case BROKEN -> new IOException("Input/output error: " + path);
            };
        }
    }

    private static final String PLAN = "purespark.test.faulty-plan";

    /** Hadoop makes a file system by its class and configuration, which holds texts alone. */
    private static final Map<String, Plan> PLANS = new ConcurrentHashMap<>();

    public FaultyFiles() {
        super(new Faulty());
    }

    /** Files with this plan. */
    static Storage storage(Plan plan) {
        String name = UUID.randomUUID().toString();
        PLANS.put(name, plan);
        Configuration configuration = new Configuration();
        configuration.setClass("fs.file.impl", FaultyFiles.class, LocalFileSystem.class);
        configuration.setBoolean("fs.file.impl.disable.cache", true);
        configuration.set(PLAN, name);
        return new Storage(configuration);
    }

    private static final class Faulty extends RawLocalFileSystem {
        private Plan plan;

        @Override
        public void initialize(URI uri, Configuration configuration) throws IOException {
            super.initialize(uri, configuration);
            plan = PLANS.get(configuration.get(PLAN));
        }

        @Override
        public FSDataInputStream open(Path path, int bufferSize) throws IOException {
            plan.before("open", path);
            return super.open(path, bufferSize);
        }

        @Override
        public FSDataOutputStream create(
                Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
                throws IOException {
            boolean strikes = plan.strikes("create", path);
            if (strikes && plan.fault != Fault.FULL) {
                throw plan.failure(path);
            }
            FSDataOutputStream out = super.create(path, overwrite, bufferSize, replication, blockSize, progress);
            if (!strikes) {
                return out;
            }
            // A file system that is full takes the file's name, and then nothing more.
            out.close();
            return super.create(new Path("/dev/full"), true, bufferSize, replication, blockSize, progress);
        }

        @Override
        public boolean rename(Path from, Path to) throws IOException {
            plan.before("rename", to);
            return super.rename(from, to);
        }

        @Override
        public boolean delete(Path path, boolean recursive) throws IOException {
            plan.before("delete", path);
            return super.delete(path, recursive);
        }

        @Override
        public boolean mkdirs(Path path) throws IOException {
            plan.before("mkdirs", path);
            return super.mkdirs(path);
        }

        @Override
        public FileStatus[] listStatus(Path path) throws IOException {
            plan.before("list", path);
            return super.listStatus(path);
        }

        @Override
        public void setPermission(Path path, FsPermission permission) {
            // left as the operating system makes it: Hadoop would start a process for it
        }
    }
}
