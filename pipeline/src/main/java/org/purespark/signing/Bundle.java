// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.purespark.storage.JsonReason;

/**
 * The file of a signature: a Sigstore bundle around a DSSE envelope.
 *
 * @param hint names the key; empty if the bundle does not name it
 * @param payload what is signed
 * @param signature in DER
 */
record Bundle(String hint, byte[] payload, byte[] signature) {
    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Signs a statement. */
    static Bundle of(Statement statement, SigningKey key) {
        byte[] payload = statement.toJson().toString().getBytes(StandardCharsets.UTF_8);
        return new Bundle(key.publicKey().fingerprint(), payload, key.sign(signed(payload)));
    }

    /** The bytes that are signed: DSSE's encoding of type and payload. */
    private static byte[] signed(byte[] payload) {
        String before = "DSSEv1 " + PAYLOAD_TYPE.length() + " " + PAYLOAD_TYPE + " " + payload.length + " ";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    String toJson() {
        ObjectNode bundle = JsonNodeFactory.instance.objectNode().put("mediaType", MEDIA_TYPE);
        ObjectNode material = bundle.putObject("verificationMaterial");
        material.putObject("publicKey").put("hint", hint);
        material.putArray("tlogEntries");
        ObjectNode envelope = bundle.putObject("dsseEnvelope")
                .put("payload", Base64.getEncoder().encodeToString(payload))
                .put("payloadType", PAYLOAD_TYPE);
        envelope.putArray("signatures")
                .addObject()
                .put("sig", Base64.getEncoder().encodeToString(signature))
                .put("keyid", "");
        return bundle + "\n";
    }

    /** @throws Refusal if the text is something else */
    static Bundle parse(String text) {
        JsonNode json = json(text);
        requireText(json, "/mediaType", MEDIA_TYPE);
        requireText(json, "/dsseEnvelope/payloadType", PAYLOAD_TYPE);
        int signatures = json.at("/dsseEnvelope/signatures").size();
        if (signatures != 1) {
            throw new Refusal("it has " + signatures + " signatures, expected one");
        }
        return new Bundle(
                json.at("/verificationMaterial/publicKey/hint").asText(""),
                bytes(json, "/dsseEnvelope/payload"),
                bytes(json, "/dsseEnvelope/signatures/0/sig"));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new Refusal("it is not valid JSON: " + JsonReason.of(e));
        }
    }

    private static byte[] bytes(JsonNode json, String at) {
        try {
            return Base64.getDecoder().decode(json.at(at).asText());
        } catch (IllegalArgumentException e) {
            throw new Refusal("its " + at.substring(1) + " is not base64");
        }
    }

    private static void requireText(JsonNode json, String at, String expected) {
        String found = json.at(at).asText();
        if (!found.equals(expected)) {
            throw new Refusal("its " + at.substring(1) + " is '" + found + "', expected '" + expected + "'");
        }
    }

    /**
     * What is signed, if it is signed by the owner of the key.
     *
     * @throws Refusal if it is not, or not a statement about a model
     */
    Statement statement(VerifyingKey key) {
        if (!hint.isEmpty() && !hint.equals(key.fingerprint())) {
            throw new Refusal(
                    "it is made with another key (" + hint + ") than the one given (" + key.fingerprint() + ")");
        }
        if (!key.accepts(signed(payload), signature)) {
            throw new Refusal("it is not made with this key, or has been changed");
        }
        return Statement.of(json(new String(payload, StandardCharsets.UTF_8)));
    }
}
