// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** A tiny case with all files in a bucket, and what a run on them leaves there. */
record S3Case(TinyCase tiny, String bucket) {
    /** Settings of Spark by which the bucket is reached; a bucket's own, since file systems are kept by bucket. */
    static void reach(String bucket, String endpoint, String... more) {
        set(bucket, "endpoint", endpoint);
        set(bucket, "endpoint.region", "us-east-1");
        set(bucket, "path.style.access", "true");
        set(bucket, "aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        set(bucket, "access.key", S3Server.ACCESS_KEY);
        set(bucket, "secret.key", S3Server.SECRET_KEY);
        for (int i = 0; i < more.length; i += 2) {
            set(bucket, more[i], more[i + 1]);
        }
    }

    private static void set(String bucket, String key, String value) {
        System.setProperty("spark.hadoop.fs.s3a.bucket." + bucket + "." + key, value);
    }

    static void forgetStores() {
        List<String> names = new ArrayList<>(System.getProperties().stringPropertyNames());
        names.removeIf(name -> !name.startsWith("spark.hadoop.fs.s3a."));
        names.forEach(System::clearProperty);
    }

    /** Puts model and texts into the bucket by the same client that the commands use. */
    void upload() throws IOException {
        Storage local = new Storage(new Configuration());
        Storage store = SparkWork.storageWithoutSpark();
        try (Stream<Path> files = Files.walk(tiny.directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = local.read(file.toString(), FileKind.RUN_FILE);
                store.write(address(tiny.directory().relativize(file).toString()), out -> out.write(content));
            }
        }
    }

    String address(String name) {
        return "s3a://" + bucket + "/" + name;
    }

    /** The arguments of {@code purify}, every file in the bucket. */
    String[] purify(String run, String... more) {
        return inBucket(tiny.purify(run, more));
    }

    /** The same arguments with what lies in the case's directory in the bucket. */
    String[] inBucket(String... arguments) {
        String local = tiny.directory() + "/";
        return Arrays.stream(arguments)
                .map(argument -> argument.startsWith(local) ? address(argument.substring(local.length())) : argument)
                .toArray(String[]::new);
    }

    /** The results that a run in the bucket and a run on local files must have in common, that differ. */
    List<String> differences(String run, String localRun) throws IOException {
        Storage store = SparkWork.storageWithoutSpark();
        List<String> differences = new ArrayList<>();
        for (String name : RunComparison.RESULTS) {
            if (!Arrays.equals(
                    store.read(address(run + "/" + name), FileKind.RUN_FILE), tiny.bytes(localRun + "/" + name))) {
                differences.add(name);
            }
        }
        return differences;
    }
}
