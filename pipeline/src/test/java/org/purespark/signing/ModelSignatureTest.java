// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class ModelSignatureTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path REFERENCE = Path.of("src/test/resources/signing");
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    private Path directory;

    private Path model;
    private KeyFiles keys;

    @BeforeEach
    void setUp() throws Exception {
        model = directory.resolve("model");
        try (Stream<Path> paths = Files.walk(REFERENCE.resolve("model"))) {
            for (Path path : paths.toList()) {
                Files.copy(
                        path,
                        model.resolve(
                                REFERENCE.resolve("model").relativize(path).toString()));
            }
        }
        keys = KeyFiles.in(directory, "secp256r1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p256", "p384", "p521"})
    void signaturesOfTheReferenceImplementationAreVerified(String curve) throws IOException {
        assertThat(reference(curve + ".sig").verify(referenceKey(curve))).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p256", "p384", "p521"})
    void aChangedByteIsRefused(String curve) throws IOException {
        Files.writeString(model.resolve("config.json"), "{ \n");
        assertThatThrownBy(() -> reference(curve + ".sig").verify(referenceKey(curve)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        model + " is not what the signature " + REFERENCE.toAbsolutePath() + "/" + curve + ".sig says:"
                                + " changed since it was signed: config.json. Get the model anew from where it comes"
                                + " from");
    }

    @Test
    void theStatementIsThatOfTheReferenceImplementation() throws IOException {
        own().write(keys.signing());
        var ours = statement(model.resolve("model.sig"));
        var theirs = statement(REFERENCE.resolve("p256.sig"));
        assertThat(ours.at("/subject")).isEqualTo(theirs.at("/subject"));
        assertThat(ours.at("/predicate/resources")).isEqualTo(theirs.at("/predicate/resources"));
        assertThat(ours.get("_type")).isEqualTo(theirs.get("_type"));
        assertThat(ours.get("predicateType")).isEqualTo(theirs.get("predicateType"));
        assertThat(ours.at("/predicate/resources/4/name").asText()).isEqualTo("sub/x.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void whatIsSignedIsVerifiedWithThePublicKeyInEitherFormOfKey(String curve) throws Exception {
        for (KeyFiles.Form form : KeyFiles.Form.values()) {
            KeyFiles given = KeyFiles.in(Files.createDirectories(directory.resolve(curve + form)), curve, form);
            assertThat(own().write(given.signing())).isEqualTo(6);
            assertThat(own().verify(given.verifying())).isEqualTo(6);
        }
    }

    @Test
    void missingAndNewFilesAreNamed() throws IOException {
        own().write(keys.signing());
        Files.delete(model.resolve("sub/x.txt"));
        Files.writeString(model.resolve("modeling.py"), "print()");
        Files.writeString(model.resolve(".gitattributes"), "of version control");
        assertThatThrownBy(() -> own().verify(keys.verifying()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("says: missing: sub/x.txt; not signed: modeling.py. Get the model anew");
    }

    @Test
    void anotherKeyIsRefused() throws Exception {
        own().write(keys.signing());
        KeyFiles other = KeyFiles.in(Files.createDirectories(directory.resolve("other")), "secp256r1");
        assertThatThrownBy(() -> own().verify(other.verifying()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("the signature " + model + "/model.sig of " + model
                        + " is not accepted: it is made with another key (");
    }

    @Test
    void aStatementThatWasChangedIsRefused() throws IOException {
        own().write(keys.signing());
        Path file = model.resolve("model.sig");
        ObjectNode bundle = (ObjectNode) JSON.readTree(file.toFile());
        ObjectNode envelope = (ObjectNode) bundle.get("dsseEnvelope");
        String payload =
                new String(Base64.getDecoder().decode(envelope.get("payload").asText()), StandardCharsets.UTF_8);
        String changed = payload.replace("config.json", "konfig.json");
        assertThat(changed).isNotEqualTo(payload);
        envelope.put("payload", Base64.getEncoder().encodeToString(changed.getBytes(StandardCharsets.UTF_8)));
        Files.writeString(file, bundle.toString());
        assertThatThrownBy(() -> own().verify(keys.verifying()))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("is not accepted: it is not made with this key, or has been changed");
    }

    @Test
    void partsOfFilesAreNotCheckedAndItIsSaid() {
        assertThatThrownBy(() -> reference("shards.sig").verify(referenceKey("p256")))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("is not accepted: the signature lists shards by sha256, and only whole files by"
                        + " sha256 are checked here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"mediaType\":1}"})
    void whatIsNoSignatureIsRefused(String content) throws IOException {
        Files.writeString(model.resolve("model.sig"), content);
        assertThatThrownBy(() -> own().verify(keys.verifying()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("the signature " + model + "/model.sig of " + model + " is not accepted: it");
    }

    @Test
    void aMissingSignatureIsNamed() {
        assertThatThrownBy(() -> own().verify(keys.verifying()))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no signature " + model
                        + "/model.sig: name it with --signature, or leave the key out");
    }

    @Test
    void symbolicLinksAreNotSigned() throws IOException {
        Files.createSymbolicLink(model.resolve("link.json"), model.resolve("config.json"));
        assertThatThrownBy(() -> own().write(keys.signing()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "the file link.json of " + model + " is a symbolic link, which a signature does not cover: copy"
                                + " the directory with cp -rL, and name the copy");
        assertThat(model.resolve("model.sig")).doesNotExist();
    }

    private ModelSignature own() {
        return ModelSignature.in(STORAGE, model.toString());
    }

    private ModelSignature reference(String file) {
        return new ModelSignature(
                STORAGE,
                model.toString(),
                REFERENCE.resolve(file).toAbsolutePath().toString());
    }

    private static VerifyingKey referenceKey(String curve) throws IOException {
        return VerifyingKey.read(
                STORAGE, REFERENCE.resolve(curve + ".pub").toAbsolutePath().toString());
    }

    private static com.fasterxml.jackson.databind.JsonNode statement(Path signature) throws IOException {
        String payload =
                JSON.readTree(signature.toFile()).at("/dsseEnvelope/payload").asText();
        return JSON.readTree(Base64.getDecoder().decode(payload));
    }
}
