// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.purespark.InputException;

/**
 * Turns refusals of S3 into messages that name the bucket and the way out. S3A's exceptions are known by their names
 * only: a cluster may have its own S3A, or none. The store's own message is left out, because some stores repeat the
 * key in it.
 */
final class StoreFailures {
    private static final Set<String> OTHER_NAMES_OF_S3 = Set.of("s3", "s3n");
    private static final String SCHEME = "s3a";

    private final Configuration configuration;

    StoreFailures(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Refuses an address with a key in it: addresses are written into run directories, reports and logs.
     *
     * @throws InputException naming only the bucket
     */
    static void requireNoSecret(Path path) {
        URI uri = path.toUri();
        String authority = uri.getAuthority();
        if (SCHEME.equals(uri.getScheme()) && authority != null && authority.contains("@")) {
            throw new InputException("the address of bucket " + authority.substring(authority.lastIndexOf('@') + 1)
                    + " holds a user or a key before the @; write s3a://BUCKET/PATH, and give credentials by the"
                    + " environment, a profile or a role");
        }
    }

    /** The exception for {@code failure}: an {@link InputException} is thrown, any other is returned. */
    IOException explained(Path path, IOException failure) {
        String scheme = path.toUri().getScheme();
        if (failure instanceof UnsupportedFileSystemException && OTHER_NAMES_OF_S3.contains(String.valueOf(scheme))) {
            throw new InputException(
                    "cannot open " + path + ": there is no file system for " + scheme + ": here; write s3a://"
                            + path.toUri().getAuthority() + path.toUri().getPath(),
                    failure);
        }
        if (!SCHEME.equals(scheme) || failure instanceof FileNotFoundException) {
            return failure;
        }
        String bucket = path.toUri().getAuthority();
        List<Throwable> chain = chain(failure);
        if (holds(chain, "UnknownStoreException", "NoSuchBucketException")) {
            throw new InputException(
                    "cannot open " + path + ": there is no bucket " + bucket + " at " + endpoint(bucket)
                            + "; check its name, or name the store with --conf spark.hadoop.fs.s3a.endpoint=URL after"
                            + " \"--\"",
                    failure);
        }
        if (holds(chain, "NoAuthWithAWSException", "CredentialInitializationException", "NoAwsCredentialsException")) {
            throw new InputException(
                    "cannot open " + path + ": no credentials for bucket " + bucket
                            + " were found in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), in a profile"
                            + " (AWS_PROFILE), or in a role of this machine or pod; see docs/s3.md",
                    failure);
        }
        if (chain.stream().anyMatch(AccessDeniedException.class::isInstance)) {
            throw new InputException(
                    "cannot open " + path + ": " + endpoint(bucket) + " refuses access to bucket " + bucket
                            + " with these credentials; check which ones are used (environment, profile, role) and"
                            + " that they may list, read, write and delete there",
                    failure);
        }
        if (holds(chain, "AWSRedirectException", "AWSBadRequestException")) {
            throw new InputException(
                    "cannot open " + path + ": " + endpoint(bucket) + " does not take requests for bucket " + bucket
                            + " in this form; check --conf spark.hadoop.fs.s3a.endpoint.region=REGION, and for a store"
                            + " other than AWS fs.s3a.endpoint and fs.s3a.path.style.access, after \"--\"",
                    failure);
        }
        if (chain.stream().anyMatch(UnknownHostException.class::isInstance)) {
            throw new InputException(
                    "cannot open " + path + ": the host of bucket " + bucket + " at " + endpoint(bucket)
                            + " has no address; check --conf spark.hadoop.fs.s3a.endpoint=URL after \"--\", and"
                            + " fs.s3a.path.style.access=true for a store other than AWS",
                    failure);
        }
        if (holds(chain, "SdkClientException")
                || chain.stream()
                        .anyMatch(cause -> cause instanceof SocketException
                                || cause instanceof SocketTimeoutException
                                || cause instanceof EOFException)) {
            return new IOException(
                    "cannot reach " + path + ": " + endpoint(bucket) + " does not answer ("
                            + chain.get(chain.size() - 1).getMessage() + "). When it does, the same command goes on"
                            + " from here; if it never did, check fs.s3a.endpoint and the way there",
                    failure);
        }
        return failure;
    }

    private String endpoint(String bucket) {
        String common = configuration.getTrimmed("fs.s3a.endpoint", "");
        String endpoint = configuration.getTrimmed("fs.s3a.bucket." + bucket + ".endpoint", common);
        return endpoint.isEmpty() ? "AWS" : endpoint;
    }

    private static boolean holds(List<Throwable> chain, String... names) {
        return chain.stream()
                .anyMatch(failure -> List.of(names).contains(failure.getClass().getSimpleName()));
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !chain.contains(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }
}
