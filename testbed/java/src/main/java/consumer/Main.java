package consumer;

public class Main {}
