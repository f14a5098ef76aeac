// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Answers each HTTP request on a port of this machine with the same status and text, and keeps what is sent to it. */
final class HttpEndpoint implements AutoCloseable {
    private static final String LENGTH = "content-length:";

    private final ServerSocket socket;
    private final Thread thread;
    private final String answer;
    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());

    HttpEndpoint(int status, String text) throws IOException {
        answer = "HTTP/1.1 " + status + " answer\r\nContent-Length: " + text.length() + "\r\nConnection: close\r\n\r\n"
                + text;
        socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        thread = new Thread(this::serve, "http-endpoint");
        thread.start();
    }

    String url() {
        return "http://localhost:" + socket.getLocalPort();
    }

    /** The bodies of all requests so far. */
    List<String> bodies() {
        return List.copyOf(bodies);
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept()) {
                bodies.add(body(connection.getInputStream()));
                OutputStream out = connection.getOutputStream();
                out.write(answer.getBytes(StandardCharsets.US_ASCII));
                out.flush();
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static String body(InputStream in) throws IOException {
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n' && next >= 0; next = in.read()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
