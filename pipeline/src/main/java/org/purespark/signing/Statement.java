// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.purespark.storage.Sha256;

/**
 * What is signed: an in-toto statement that lists a model's files.
 *
 * @param model a name, which is not checked
 * @param files in the order of the statement
 * @param ignored names of files and directories that the signature does not cover
 */
record Statement(String model, List<SignedFile> files, List<String> ignored) {
    private static final String TYPE = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE = "https://model_signing/signature/v1.0";
    private static final String SHA_256 = "sha256";
    private static final String BY_FILES = "files";

    Statement {
        files = List.copyOf(files);
        ignored = List.copyOf(ignored);
    }

    ObjectNode toJson() {
        ObjectNode statement = JsonNodeFactory.instance.objectNode().put("_type", TYPE);
        statement
                .putArray("subject")
                .addObject()
                .put("name", model)
                .putObject("digest")
                .put(SHA_256, digest(files));
        statement.put("predicateType", PREDICATE);
        ObjectNode predicate = statement.putObject("predicate");
        ObjectNode serialization = predicate
                .putObject("serialization")
                .put("method", BY_FILES)
                .put("hash_type", SHA_256)
                .put("allow_symlinks", false);
        ArrayNode paths = serialization.putArray("ignore_paths");
        ignored.forEach(paths::add);
        ArrayNode resources = predicate.putArray("resources");
        files.forEach(file -> resources
                .addObject()
                .put("name", file.name())
                .put("algorithm", SHA_256)
                .put("digest", file.sha256()));
        return statement;
    }

    /** @throws Refusal if it is another statement, or made in a way that is not read here */
    static Statement of(JsonNode json) {
        requireText(json, "/_type", TYPE);
        requireText(json, "/predicateType", PREDICATE);
        JsonNode predicate = json.path("predicate");
        String method = predicate.at("/serialization/method").asText();
        String hash = predicate.at("/serialization/hash_type").asText();
        if (!method.equals(BY_FILES) || !hash.equals(SHA_256)) {
            throw new Refusal("the signature lists " + method + " by " + hash
                    + ", and only whole files by sha256 are checked here");
        }
        List<SignedFile> files = new ArrayList<>();
        for (JsonNode resource : predicate.path("resources")) {
            String digest = resource.path("digest").asText();
            if (!resource.path("algorithm").asText().equals(SHA_256) || !digest.matches("[0-9a-f]{64}")) {
                throw new Refusal("the entry " + files.size() + " of the signature has no sha256");
            }
            files.add(new SignedFile(resource.path("name").asText(), digest));
        }
        List<String> ignored = new ArrayList<>();
        predicate.at("/serialization/ignore_paths").forEach(path -> ignored.add(path.asText()));
        JsonNode subjects = json.path("subject");
        if (subjects.size() != 1
                || !subjects.at("/0/digest/" + SHA_256).asText().equals(digest(files))) {
            throw new Refusal("the signature's digest of the whole model is not that of its entries");
        }
        return new Statement(subjects.at("/0/name").asText(), files, ignored);
    }

    private static void requireText(JsonNode json, String at, String expected) {
        String found = json.at(at).asText();
        if (!found.equals(expected)) {
            throw new Refusal(
                    "the signed statement has " + at.substring(1) + " '" + found + "', expected '" + expected + "'");
        }
    }

    /** SHA-256 of the files' digests, one after the other. */
    private static String digest(List<SignedFile> files) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.forEach(file -> all.writeBytes(HexFormat.of().parseHex(file.sha256())));
        return Sha256.of(all.toByteArray());
    }
}
