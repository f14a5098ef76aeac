// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands before an S3 server and spoils some of the requests. One request a connection. */
final class FaultyProxy implements AutoCloseable {
    /** What becomes of a request. */
    enum Fault {
        NONE,
        /** 500, the server not having been asked. */
        INTERNAL_ERROR,
        /** 503, the server not having been asked. */
        SLOW_DOWN,
        /** The right answer, late. */
        LATE,
        /** The connection breaks in the middle of what the server's answer holds. */
        CUT,
        /** The connection breaks before the answer has said how long it is. */
        SHORT_HEAD,
        /** The server has done it, but its answer does not arrive. */
        UNANSWERED
    }

    /** Decides by the request's number, from 1, and its method. */
    @FunctionalInterface
    interface Plan {
        Fault fault(int number, String method);
    }

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final Pattern EXPECT = Pattern.compile("(?im)^expect:.*\r\n");
    private static final Pattern CONNECTION = Pattern.compile("(?im)^(connection|keep-alive):.*\r\n");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding:");
    private static final int LATE_MILLIS = 1500;
    private static final int REQUESTS_BEFORE_OUTAGE = 200;
    private static final int OUTAGE_MILLIS = 3000;

    private final Plan plan;
    private final ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "faulty-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger requests = new AtomicInteger();
    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
    private volatile int target;

    FaultyProxy(int target, Plan plan) throws IOException {
        this.target = target;
        this.plan = plan;
        threads.submit(this::accept);
    }

    String endpoint() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /** Where requests go from now on. */
    void forwardTo(int port) {
        target = port;
    }

    /** One request in ten fails; others are late, and connections break. */
    static Fault flaky(int number, String method) {
        return switch (number % 40) {
            case 3, 23 -> Fault.INTERNAL_ERROR;
            case 13, 33 -> Fault.SLOW_DOWN;
            case 27 -> Fault.LATE;
            case 17 -> Fault.UNANSWERED;
            case 6, 7 -> method.equals("GET") ? Fault.CUT : Fault.NONE;
            case 8, 36 -> method.equals("GET") ? Fault.SHORT_HEAD : Fault.NONE;
            default -> Fault.NONE;
        };
    }

    /** After some requests the server ends, and a while later another one takes its place; returns who does that. */
    Thread replaceInTheMiddle(S3Server first, S3Server successor) {
        Thread outage = new Thread(() -> replace(first, successor), "outage");
        outage.setDaemon(true);
        outage.start();
        return outage;
    }

    private void replace(S3Server first, S3Server successor) {
        try {
            while (requests.get() < REQUESTS_BEFORE_OUTAGE) {
                Thread.sleep(20);
            }
            first.kill();
            Thread.sleep(OUTAGE_MILLIS);
            forwardTo(successor.port());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How often each fault has been done. */
    synchronized Map<Fault, Integer> done() {
        return new EnumMap<>(done);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.submit(() -> serve(client));
            } catch (IOException e) {
                // closed: nothing more is to come
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            byte[] body = body(head, in, out);
            String method = head.substring(0, head.indexOf(' '));
            Fault fault = plan.fault(requests.incrementAndGet(), method);
            count(fault);
            answer(fault, head, body, method, out);
            out.flush();
        } catch (IOException e) {
            // one of the two ends has gone; the client sees its connection break
            count(Fault.CUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(Fault fault, String head, byte[] body, String method, OutputStream out)
            throws IOException, InterruptedException {
        switch (fault) {
            case INTERNAL_ERROR -> out.write(error("500 Internal Server Error", "InternalError", method));
            case SLOW_DOWN -> out.write(error("503 Slow Down", "SlowDown", method));
            case NONE -> out.write(forward(head, body));
            case LATE -> {
                Thread.sleep(LATE_MILLIS);
                out.write(forward(head, body));
            }
            case CUT -> {
                byte[] whole = forward(head, body);
                int start = find(whole, "\r\n\r\n") + 4;
                out.write(whole, 0, start + (whole.length - start) / 2);
            }
            case SHORT_HEAD -> {
                byte[] whole = forward(head, body);
                out.write(whole, 0, find(whole, "\r\nContent-Length:"));
            }
            case UNANSWERED -> forward(head, body);
        }
    }

    /** Where an answer has these characters in its head, in any case; its end where it has not. */
    private static int find(byte[] answer, String characters) {
        int at = new String(answer, StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT)
                .indexOf(characters.toLowerCase(Locale.ROOT));
        return at < 0 ? answer.length : at;
    }

    private byte[] forward(String head, byte[] body) throws IOException {
        String changed = CONNECTION
                .matcher(EXPECT.matcher(head).replaceAll(""))
                .replaceAll("")
                .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            OutputStream out = server.getOutputStream();
            out.write(changed.getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static byte[] error(String status, String code, String method) {
        String body = method.equals("HEAD")
                ? ""
                : "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>test</Message></Error>";
        return ("HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                        + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.write(b);
            matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
            if (matched == 4) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    private static byte[] body(String head, InputStream in, OutputStream out) throws IOException {
        if (CHUNKED.matcher(head).find()) {
            throw new IOException("a body of unknown length, which this proxy cannot pass on");
        }
        if (EXPECT.matcher(head).find()) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        Matcher length = LENGTH.matcher(head);
        int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
        byte[] body = in.readNBytes(bytes);
        if (body.length < bytes) {
            throw new IOException("the request ends early");
        }
        return body;
    }

    private synchronized void count(Fault fault) {
        done.merge(fault, 1, Integer::sum);
    }
}
