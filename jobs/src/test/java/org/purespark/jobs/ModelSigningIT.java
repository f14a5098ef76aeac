// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.signing.KeyFiles;

/** Signatures of this project and of the OpenSSF's reference implementation, each checked by the other. */
@Tag("deployment")
class ModelSigningIT {
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private PythonEnvironment environment;
    private TinyCase tiny;
    private KeyFiles keys;

    @BeforeEach
    void setUp() throws IOException {
        environment = PythonEnvironment.withModelSigningOrSkip();
        tiny = new TinyCase(directory);
        keys = KeyFiles.in(directory);
        TinyCase.copy(
                TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert/model"), directory.resolve("model"));
    }

    @Test
    void theReferenceAcceptsOurSignatureAndNoChangedByte() throws Exception {
        assertThat(pure("sign", "--key", keys.privateKey())).as(err.toString()).isZero();
        PythonEnvironment.Ended ended = python(
                TinyCase.ROOT
                        .resolve("pipeline/src/test/python/check_signature.py")
                        .toString(),
                tiny.path("model"),
                tiny.path("model/model.sig"),
                keys.publicKey());
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("model.sig: accepted", "changed and accepted: none");
    }

    @Test
    void weAcceptTheSignatureOfTheReferenceAndNoChangedByte() throws Exception {
        PythonEnvironment.Ended ended = python(
                "-m",
                "model_signing",
                "sign",
                "key",
                tiny.path("model"),
                "--signature",
                tiny.path("model/model.sig"),
                "--private_key",
                keys.privateKey());
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(pure("verify", "--key", keys.publicKey())).as(err.toString()).isZero();
        byte[] weights = Files.readAllBytes(directory.resolve("model/model.safetensors"));
        weights[weights.length - 1] ^= 1;
        Files.write(directory.resolve("model/model.safetensors"), weights);
        assertThat(pure("verify", "--key", keys.publicKey())).isEqualTo(2);
        assertThat(err.toString()).contains("changed since it was signed: model.safetensors. Get the model anew");
    }

    private int pure(String command, String... more) {
        String[] args = TinyCase.concat(new String[] {command, "--model", tiny.path("model")}, more);
        return Pure.run(args, new PrintWriter(new StringWriter()), new PrintWriter(err, true));
    }

    private PythonEnvironment.Ended python(String... args) throws IOException, InterruptedException {
        return PythonEnvironment.run(
                Map.of(), 5, List.of(TinyCase.concat(new String[] {environment.signingPython()}, args)));
    }
}
