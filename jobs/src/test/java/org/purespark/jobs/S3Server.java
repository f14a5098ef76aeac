// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** An S3 server in a JVM of its own, on files; several may serve the same ones. */
final class S3Server implements AutoCloseable {
    static final String ACCESS_KEY = "PUREACCESS7Q2JXW4M";
    static final String SECRET_KEY = "pureSecret9d3f1cA0vbn5E8hTz";

    private static final Path JAR = Path.of("target/s3-server/s3proxy.jar").toAbsolutePath();

    private final Path files;
    private final int port;
    private final Process process;

    private S3Server(Path files, int port, Process process) {
        this.files = files;
        this.port = port;
        this.process = process;
    }

    /** @param directory for the settings, the log, and the files: each directory in {@code files/} is a bucket */
    static S3Server start(Path directory) throws IOException, InterruptedException {
        Path files = Files.createDirectories(directory.resolve("files"));
        int port = freePort();
        Path settings = directory.resolve("server-" + port + ".properties");
        Files.writeString(
                settings,
                String.join(
                        "\n",
                        "s3proxy.endpoint=http://127.0.0.1:" + port,
                        "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY,
                        "s3proxy.credential=" + SECRET_KEY,
                        "jclouds.provider=filesystem-nio2",
                        "jclouds.filesystem.basedir=" + files,
                        ""),
                StandardCharsets.UTF_8);
        Path log = directory.resolve("server-" + port + ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        JAR.toString(),
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        S3Server server = new S3Server(files, port, process);
        server.awaitAnswer(log);
        return server;
    }

    int port() {
        return port;
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Makes the bucket where there is none; the files in it are its objects. */
    Path bucket(String name) throws IOException {
        return Files.createDirectories(files.resolve(name));
    }

    /** Ends the server as a failing machine would. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor();
    }

    private void awaitAnswer(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IOException("the S3 server does not start: " + Files.readString(log), e);
                }
                Thread.sleep(200);
            }
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
