// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.purespark.InputException;

/**
 * Tries changed tokenizers: those that {@link TokenizerCheck} lets through are sent to a {@code TokenizerTrial}, which
 * must neither end nor take long.
 */
final class HostileTokenizers implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 60;

    /**
     * What has been seen.
     *
     * @param tried all of them
     * @param accepted by the check
     * @param refusedByLibrary of these
     * @param slowestMillis of a load, or a text of up to 10,000 characters
     * @param slowestLongMillis of a text of up to 100,000
     * @param findings what must not be
     */
    record Seen(
            int tried,
            int accepted,
            int refusedByLibrary,
            long slowestMillis,
            long slowestLongMillis,
            List<String> findings) {}

    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private final List<String> command;
    private Process process;
    private DataOutputStream out;
    private DataInputStream in;

    private HostileTokenizers(List<String> command) {
        this.command = command;
    }

    /** Starts a JVM when it has the first tokenizer for it. */
    static HostileTokenizers inAProcess() {
        return new HostileTokenizers(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                "org.purespark.text.TokenizerTrial"));
    }

    /** @param slow milliseconds that a text of 10,000 characters may take; one of 100,000 ten times as many */
    Seen run(TokenizerMutations mutations, List<ObjectNode> bases, int count, long slow, Path keep) throws IOException {
        Random random = new Random(count);
        int accepted = 0;
        int refused = 0;
        long slowest = 0;
        long slowestLong = 0;
        List<String> findings = new ArrayList<>();
        TreeMap<String, Integer> reasons = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            ObjectNode json = mutations.next(bases.get(random.nextInt(bases.size())));
            if (i % 50 == 0) {
                Files.writeString(
                        keep.resolve("progress.txt"),
                        i + " tried, " + accepted + " accepted, slowest " + slowest + ", " + slowestLong + "\n"
                                + findings);
            }
            try {
                TokenizerCheck.check("t", json);
            } catch (InputException e) {
                reasons.merge(e.getMessage().replaceAll("[\\[\"].*", ""), 1, Integer::sum);
                continue;
            } catch (RuntimeException e) {
                findings.add("check " + i + ": " + e);
                Files.writeString(keep.resolve("check-" + i + ".json"), json.toString());
                continue;
            }
            accepted++;
            String answer = answer(json.toString().getBytes(StandardCharsets.UTF_8));
            if (answer.startsWith("refused")) {
                refused++;
                reasons.merge("LIB " + answer.substring(0, Math.min(110, answer.length())), 1, Integer::sum);
            } else if (answer.startsWith("ok ")) {
                long millis = Long.parseLong(answer.split(" ")[1]);
                long longMillis = Long.parseLong(answer.split(" ")[2]);
                slowest = Math.max(slowest, millis);
                slowestLong = Math.max(slowestLong, longMillis);
                if (millis > slow || longMillis > 10 * slow) {
                    findings.add("slow " + i + ": " + answer);
                    Files.writeString(keep.resolve("slow-" + i + ".json"), json.toString());
                }
            } else {
                findings.add(answer + " " + i);
                Files.writeString(keep.resolve("ended-" + i + ".json"), json.toString());
            }
        }
        Files.writeString(keep.resolve("reasons.txt"), reasons.toString().replace(", ", "\n"));
        return new Seen(count, accepted, refused, slowest, slowestLong, findings);
    }

    /** What the process says; or that it has ended, or takes too long: then it is ended. */
    String answer(byte[] json) throws IOException {
        if (process == null || !process.isAlive()) {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            out = new DataOutputStream(process.getOutputStream());
            in = new DataInputStream(process.getInputStream());
        }
        Future<String> answer = reader.submit(() -> {
            out.writeInt(json.length);
            out.write(json);
            out.flush();
            return in.readUTF();
        });
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return "ended with " + status();
        } catch (TimeoutException e) {
            return "takes more than " + PATIENCE_SECONDS + " s, ended with " + status();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int status() {
        process.destroyForcibly();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /** By hand: seed, count, directory for findings, files of tokenizers; those that end in .bin are character maps. */
    public static void main(String[] args) throws IOException {
        List<ObjectNode> bases = new ArrayList<>();
        List<String> maps = new ArrayList<>();
        for (String address : List.of(args).subList(3, args.length)) {
            if (address.endsWith(".bin")) {
                maps.add(java.util.Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(address))));
            } else {
                bases.add((ObjectNode) JSON.readTree(Files.readString(Path.of(address))));
            }
        }
        try (HostileTokenizers trial = inAProcess()) {
            System.out.println(trial.run(
                    new TokenizerMutations(Long.parseLong(args[0]), maps),
                    bases,
                    Integer.parseInt(args[1]),
                    1000,
                    Path.of(args[2])));
        }
    }
}
